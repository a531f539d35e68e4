"""Tools: what the model is shown, and its calls on the wire, whole and streamed."""

import json
from typing import Any

import pytest

from tests.api.conftest import Api

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
TIME: dict[str, Any] = {"type": "function", "function": {"name": "get_time"}}
TOOLS = [WEATHER, TIME]
NAMED = {"type": "function", "function": {"name": "get_time"}}

OSLO = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'
CLOCK = '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>'


def functions(message: Any) -> list[tuple[str, str]]:
    return [
        (call["function"]["name"], call["function"]["arguments"]) for call in message["tool_calls"]
    ]


def joined_calls(events: list[Any]) -> list[dict[str, Any]]:
    """What a client makes of the deltas: the first of each call has its id, type and name."""
    calls: list[dict[str, Any]] = []
    for event in events:
        for delta in event["choices"][0]["delta"].get("tool_calls", []):
            if "id" in delta:
                assert delta["index"] == len(calls)
                assert delta["function"]["arguments"] == ""
                calls.append(json.loads(json.dumps(delta)))
            else:
                assert delta.keys() == {"index", "function"}
                assert delta["function"].keys() == {"arguments"}
                calls[delta["index"]]["function"]["arguments"] += delta["function"]["arguments"]
    return calls


async def test_the_model_is_shown_the_tools(api: Api) -> None:
    await api.chat(tools=TOOLS)
    for tool in TOOLS:
        assert json.dumps(tool) in api.last_prompt


async def test_with_the_choice_none_the_model_is_shown_no_tools(api: Api) -> None:
    await api.chat()
    prompt = api.last_prompt
    api.will_say(OSLO)
    reply = await api.chat(tools=TOOLS, tool_choice="none")
    assert api.last_prompt == prompt
    assert reply.text == OSLO


async def test_a_call_is_a_tool_call_and_no_content(api: Api) -> None:
    api.will_say(OSLO)
    [choice] = (await api.chat(tools=TOOLS)).json["choices"]
    [call] = choice["message"]["tool_calls"]
    assert choice["message"]["content"] is None
    assert choice["finish_reason"] == "tool_calls"
    assert call["id"].startswith("call_")
    assert len(call["id"]) == len("call_") + 24
    assert call["type"] == "function"
    assert call["function"] == {"name": "get_weather", "arguments": '{"city": "Oslo"}'}


async def test_an_answer_without_calls_has_no_such_field(api: Api) -> None:
    api.will_say("It rains.")
    [choice] = (await api.chat(tools=TOOLS)).json["choices"]
    assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "stop"


async def test_calls_after_text_leave_the_text(api: Api) -> None:
    api.will_say(f"Let me look.\n{OSLO}\n{CLOCK}")
    message = (await api.chat(tools=TOOLS)).json["choices"][0]["message"]
    assert message["content"] == "Let me look."
    assert functions(message) == [("get_weather", '{"city": "Oslo"}'), ("get_time", "{}")]
    assert len({call["id"] for call in message["tool_calls"]}) == 2


async def test_streamed_calls_join_to_the_whole_ones(api: Api) -> None:
    api.will_say(f"Let me look.\n{OSLO}\n{CLOCK}")
    message = (await api.chat(tools=TOOLS)).json["choices"][0]["message"]
    reply = await api.chat(tools=TOOLS, stream=True)
    calls = joined_calls(reply.events)
    assert functions({"tool_calls": calls}) == functions(message)
    assert reply.streamed_text == "Let me look."
    reasons = [event["choices"][0]["finish_reason"] for event in reply.events]
    assert reasons == [None] * (len(reasons) - 1) + ["tool_calls"]


async def test_arguments_are_streamed_while_they_are_written(api: Api) -> None:
    api.will_say(OSLO)
    events = (await api.chat(tools=TOOLS, stream=True)).events
    deltas = [event["choices"][0]["delta"].get("tool_calls") for event in events]
    assert sum(delta is not None for delta in deltas) > 2


async def test_the_official_client_puts_a_streamed_call_together(api: Api) -> None:
    api.will_say(OSLO)
    messages: Any = [{"role": "user", "content": "Oslo?"}]
    tools: Any = TOOLS
    async with api.openai.chat.completions.stream(
        model="default", messages=messages, tools=tools
    ) as stream:
        completion = await stream.get_final_completion()
    [call] = completion.choices[0].message.tool_calls or []
    assert (call.function.name, call.function.arguments) == ("get_weather", '{"city": "Oslo"}')


@pytest.mark.parametrize("stream", [True, False])
async def test_without_parallel_calls_the_answer_ends_with_its_first_call(
    api: Api, *, stream: bool
) -> None:
    api.will_say(f"{OSLO}\n{CLOCK}")
    fields: dict[str, Any] = {"tools": TOOLS, "parallel_tool_calls": False, "stream": stream}
    reply = await api.chat(**fields, ignore_eos=True)
    if stream:
        calls = joined_calls(reply.events)
        reason = reply.events[-1]["choices"][0]["finish_reason"]
    else:
        [choice] = reply.json["choices"]
        calls, reason = choice["message"]["tool_calls"], choice["finish_reason"]
    assert functions({"tool_calls": calls}) == [("get_weather", '{"city": "Oslo"}')]
    assert reason == "tool_calls"
    await api.holds_nothing()


async def test_a_call_that_is_cut_off_says_length(api: Api) -> None:
    num_tokens = len(api.will_say(OSLO))
    reply = await api.chat(tools=TOOLS, max_tokens=num_tokens - 6)
    assert reply.json["choices"][0]["finish_reason"] == "length"


async def test_a_call_that_cannot_be_read_is_content(api: Api) -> None:
    api.will_say("<tool_call>get_weather(Oslo)</tool_call>")
    [choice] = (await api.chat(tools=TOOLS)).json["choices"]
    assert "get_weather(Oslo)" in choice["message"]["content"]
    assert choice["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_in_the_older_form_is_answered_in_it(api: Api, *, stream: bool) -> None:
    api.will_say(f"{OSLO}\n{CLOCK}")
    older = [tool["function"] for tool in TOOLS]
    reply = await api.chat(functions=older, stream=stream)
    assert json.dumps(WEATHER) in api.last_prompt
    if stream:
        pieces = [event["choices"][0]["delta"].get("function_call", {}) for event in reply.events]
        assert [piece["name"] for piece in pieces if "name" in piece] == ["get_weather"]
        assert "".join(piece.get("arguments", "") for piece in pieces) == '{"city": "Oslo"}'
        choice = reply.events[-1]["choices"][0]
    else:
        choice = reply.json["choices"][0]
        expected = {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
        assert choice["message"]["function_call"] == expected
        assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "function_call"


@pytest.mark.parametrize(
    ("fields", "is_enforced"),
    [
        ({}, False),
        ({"tool_choice": "auto"}, False),
        ({"tool_choice": "required"}, True),
        ({"tool_choice": NAMED}, True),
        ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"tools": [NAMED]}}}, True),
        ({"tools": [{**TIME, "function": {"name": "get_time", "strict": True}}]}, True),
        ({"response_format": {"type": "json_object"}}, True),
        ({"tool_choice": "none"}, False),
    ],
)
async def test_the_model_is_kept_to_what_it_may_call(
    api: Api, fields: dict[str, Any], is_enforced: bool
) -> None:
    reply = await api.chat(**{"tools": TOOLS, **fields})
    assert reply.status == 200, reply.body
    assert (api.last_sequence.grammar is not None) == is_enforced


def tool(name: str, **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **function}}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [tool("get weather")]}, "tools[0].function.name"),
        ({"tools": [tool("x" * 129)]}, "tools[0].function.name"),
        ({"tools": [tool("a"), tool("a")]}, "tools[1].function.name"),
        ({"tools": [tool(f"f{n}") for n in range(129)]}, "tools"),
        ({"tools": [{"type": "custom", "custom": {"name": "a"}}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [tool("a", parameters=[])]}, "tools[0].function.parameters"),
        (
            {"tools": [tool("a", parameters={"type": "string"})]},
            "tools[0].function.parameters",
        ),
        (
            {
                "tools": [tool("a"), tool("b", parameters={"properties": {"x": {"type": 5}}})],
                "tool_choice": "required",
            },
            "tools[1].function.parameters",
        ),
        ({"tool_choice": "required"}, "tools"),
        ({"tools": TOOLS, "tool_choice": "sometimes"}, "tool_choice.type"),
        ({"tools": TOOLS, "tool_choice": {"type": "function"}}, "tool_choice"),
        (
            {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "f"}}},
            "tool_choice",
        ),
        ({"functions": [{"name": "f"}], "function_call": {"name": "g"}}, "function_call"),
        ({"functions": [{"name": "a b"}]}, "functions[0].name"),
        ({"functions": [{"name": "f"}], "tools": TOOLS}, "functions"),
        (
            {"tools": TOOLS, "guided_regex": "a+"},
            "guided_regex",
        ),
    ],
)
async def test_a_contradiction_in_tools_is_refused_with_its_place(
    api: Api, fields: dict[str, Any], param: str
) -> None:
    reply = await api.chat(**fields)
    assert (reply.status, reply.error["param"]) == (400, param), reply.body
    assert api.engine.num_calls["add"] == 0
