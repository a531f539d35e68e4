"""Tools of all kinds in /v1/responses: what the model is shown, and its calls on the wire."""

import json
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.responses.conftest import (
    AGENTS,
    OSLO,
    PATCH,
    WEATHER,
    answer,
    ask,
    call_of,
    of_type,
    stream,
)

EDIT = '*** Begin\n+"é😀"\\\n*** End'
TOOLS = [WEATHER, PATCH, AGENTS]


async def test_a_custom_tool_is_a_function_with_one_text(api: Api) -> None:
    await answer(api, tools=[PATCH])
    [line] = [line for line in api.last_prompt.splitlines() if "apply_patch" in line]
    function = json.loads(line)["function"]
    assert function["parameters"]["properties"] == {"input": {"type": "string"}}
    assert function["description"].startswith("Edits files.")
    assert PATCH["format"]["definition"] in function["description"]


async def test_a_call_of_a_custom_tool_has_its_input_as_it_is(api: Api) -> None:
    api.will_say(call_of("apply_patch", {"input": EDIT}))
    [call] = (await answer(api, tools=TOOLS))["output"]
    assert (call["type"], call["name"], call["input"]) == ("custom_tool_call", "apply_patch", EDIT)
    assert call["call_id"].startswith("call_")


async def test_the_input_of_a_custom_tool_is_streamed(api: Api) -> None:
    api.will_say(call_of("apply_patch", {"input": EDIT}))
    events = await stream(api, tools=TOOLS)
    deltas = of_type(events, "custom_tool_call_input.delta")
    assert len(deltas) > 3
    assert "".join(event["delta"] for event in deltas) == EDIT
    assert of_type(events, "custom_tool_call_input.done")[0]["input"] == EDIT
    assert of_type(events, "output_item.done")[0]["item"]["input"] == EDIT


async def test_a_regular_expression_is_kept_to(api: Api) -> None:
    format_ = {"type": "grammar", "syntax": "regex", "definition": "[a-z]+"}
    await answer(api, tools=[{**PATCH, "format": format_}])
    assert api.last_sequence.grammar is not None
    await answer(api, tools=[PATCH])
    assert api.last_sequence.grammar is None


async def test_a_tool_in_a_namespace_is_called_by_both_its_names(api: Api) -> None:
    api.will_say(call_of("agents__close", {}))
    [call] = (await answer(api, tools=TOOLS))["output"]
    assert "agents__close" in api.last_prompt
    assert (call["namespace"], call["name"]) == ("agents", "close")


async def test_tools_may_come_as_an_item_of_the_conversation(api: Api) -> None:
    items = [
        {"type": "additional_tools", "role": "developer", "tools": [AGENTS]},
        {"role": "user", "content": "Hello"},
    ]
    api.will_say(call_of("agents__close", {}))
    [call] = (await answer(api, input=items))["output"]
    assert (call["namespace"], call["name"]) == ("agents", "close")


async def test_what_codex_always_lists_is_left_out_and_the_response_says_so(api: Api) -> None:
    codex = [{"type": "web_search", "external_web_access": True}, {"type": "tool_search"}]
    api.will_say(OSLO)
    response = await answer(api, tools=[*codex, WEATHER])
    assert response["tools"] == [WEATHER]
    assert "web_search" not in api.last_prompt


@pytest.mark.parametrize(
    ("choice", "is_enforced"),
    [
        ("auto", False),
        ("none", False),
        ("required", True),
        ({"type": "function", "name": "get_weather"}, True),
        ({"type": "custom", "name": "apply_patch"}, True),
        ({"type": "function", "name": "close", "namespace": "agents"}, True),
        ({"type": "function", "name": "agents__close"}, True),
        (
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": "close"}, {"type": "web_search"}],
            },
            True,
        ),
    ],
)
async def test_the_choice_is_kept_to(api: Api, choice: Any, is_enforced: bool) -> None:
    response = await answer(api, tools=TOOLS, tool_choice=choice)
    assert (api.last_sequence.grammar is not None) == is_enforced
    assert response["tool_choice"] == choice


async def test_without_parallel_calls_the_answer_ends_with_its_first_call(api: Api) -> None:
    api.will_say(f"{OSLO}\n{OSLO}")
    response = await answer(api, tools=TOOLS, parallel_tool_calls=False, ignore_eos=True)
    assert [item["type"] for item in response["output"]] == ["function_call"]
    assert response["status"] == "completed"


async def test_a_call_that_is_cut_off_is_incomplete(api: Api) -> None:
    num_tokens = len(api.will_say(OSLO))
    response = await answer(api, tools=TOOLS, max_output_tokens=num_tokens - 6)
    assert [item["status"] for item in response["output"]] == ["incomplete"]
    assert response["status"] == "incomplete"


def function(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "function", "name": name, **fields}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{"type": "code_interpreter", "container": "auto"}]}, "tools[0]"),
        ({"tools": [WEATHER, {"type": "mcp", "server_label": "x"}]}, "tools[1]"),
        ({"tools": [{"type": "file_search"}]}, "tools[0]"),
        ({"tools": [{"type": "local_shell"}]}, "tools[0]"),
        ({"tools": [{**AGENTS, "tools": [{"type": "shell"}]}]}, "tools[0].tools[0]"),
        ({"tools": [{**AGENTS, "tools": [AGENTS]}]}, "tools[0].tools[0]"),
        ({"tools": [function("a b")]}, "tools[0].name"),
        ({"tools": [{"type": "web_search"}, function("a"), function("a")]}, "tools[2].name"),
        ({"tools": [{"type": "function"}]}, "tools[0]"),
        ({"tools": [function("a", parameters={"type": "string"})]}, "tools[0].parameters"),
        (
            {"tools": [{**AGENTS, "tools": [function("a", parameters={"type": "string"})]}]},
            "tools[0].tools[0].parameters",
        ),
        (
            {
                "tools": [function("a", parameters={"properties": {"x": {"type": 5}}})],
                "tool_choice": "required",
            },
            "tools[0].parameters",
        ),
        (
            {
                "tools": [
                    {**PATCH, "format": {"type": "grammar", "syntax": "regex", "definition": "("}}
                ]
            },
            "tools[0].format",
        ),
        ({"tools": [{**PATCH, "format": {"type": "grammar"}}]}, "tools[0].format"),
        ({"tool_choice": "required"}, "tools"),
        ({"tools": TOOLS, "tool_choice": "sometimes"}, "tool_choice"),
        ({"tools": TOOLS, "tool_choice": {"type": "web_search_preview"}}, "tool_choice"),
        ({"tools": TOOLS, "tool_choice": {"type": "function", "name": "f"}}, "tool_choice"),
        (
            {
                "tools": TOOLS,
                "tool_choice": {"type": "allowed_tools", "tools": [{"type": "mcp"}]},
            },
            "tool_choice.tools[0]",
        ),
        ({"tools": TOOLS, "structured_outputs": {"regex": "a+"}}, "structured_outputs.regex"),
    ],
)
async def test_what_is_wrong_with_tools_is_refused_by_its_place(
    api: Api, fields: dict[str, Any], param: str
) -> None:
    reply = await ask(api, **fields)
    assert (reply.status, reply.error["param"]) == (400, param), reply.body
    assert api.engine.num_calls["add"] == 0
