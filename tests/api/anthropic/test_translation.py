"""What a Messages request asks for is what the core is asked for, and faults are in its words."""

from typing import Any

import pytest

from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.anthropic.translation import as_chat_request, own_words
from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest
from prompts.errors import PromptTooLong

SCHEMA = {"type": "object", "properties": {"day": {"type": "integer"}}}
FORMAT = {"type": "json_schema", "schema": SCHEMA}


def minimal(**fields: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Hi"}]
    return {"model": "default", "max_tokens": 9, "messages": messages, **fields}


def translated(**fields: Any) -> ChatRequest:
    return as_chat_request(MessagesRequest.from_body(minimal(**fields)))


def refusal(**fields: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        translated(**fields)
    return caught.value


def test_what_an_answer_is_asked_for_is_passed_on() -> None:
    chat = translated(
        stream=True, stop_sequences=["END"], temperature=0.5, top_p=0.9, top_k=4, max_tokens=7
    )
    assert (chat.stream, chat.stop, chat.token_limit) == (True, ["END"], 7)
    assert (chat.temperature, chat.top_p, chat.top_k) == (0.5, 0.9, 4)


def test_what_is_left_out_is_left_to_the_model() -> None:
    chat = translated()
    assert chat == ChatRequest.from_body(
        {"model": "default", "max_tokens": 9, "messages": chat.messages}
    )


def test_tools_are_functions() -> None:
    tool = {"name": "look", "description": "Look.", "input_schema": SCHEMA, "strict": True}
    chat = translated(tools=[tool], tool_choice={"type": "any", "disable_parallel_tool_use": True})
    [function] = [each.function for each in chat.tools]
    assert (function.name, function.description) == ("look", "Look.")
    assert (function.parameters, function.strict) == (SCHEMA, True)
    assert chat.tool_choice.is_required
    assert not chat.parallel_tool_calls


@pytest.mark.parametrize(
    ("fields", "effort", "is_on"),
    [
        ({}, None, None),
        ({"thinking": {"type": "disabled"}}, "none", None),
        ({"thinking": {"type": "between_tools"}}, "none", None),
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, None, True),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, "max", True),
        ({"output_config": {"effort": "low"}}, "low", None),
        (
            {"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}},
            "none",
            None,
        ),
    ],
)
def test_thinking_and_effort_are_the_familys_switch(
    fields: dict[str, Any], effort: str | None, is_on: bool | None
) -> None:
    chat = translated(**fields)
    assert (chat.reasoning_effort, chat.enable_thinking) == (effort, is_on)


def test_the_last_effort_in_the_conversation_counts() -> None:
    messages: list[Any] = [
        {"role": "user", "content": "Hi"},
        {"role": "system", "output_config": {"effort": "low"}},
        {"role": "system", "content": "Go on."},
    ]
    chat = translated(messages=messages, output_config={"effort": "high"})
    assert chat.reasoning_effort == "low"


@pytest.mark.parametrize(
    "fields", [{"output_config": {"format": FORMAT}}, {"output_format": FORMAT}]
)
def test_a_format_is_a_schema_to_keep_to(fields: dict[str, Any]) -> None:
    asked = translated(**fields).response_format
    assert asked.json_schema is not None
    assert asked.json_schema.schema_ == SCHEMA


def test_two_formats_are_refused() -> None:
    error = refusal(output_config={"format": FORMAT}, output_format=FORMAT)
    assert error.kind.param == "output_format"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"stop_sequences": ["x"] * 65}, "stop_sequences"),
        ({"stop_sequences": ["x" * 513]}, "stop_sequences"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"top_p": 1.5}, "top_p"),
        ({"tools": [{"name": "no name", "input_schema": {}}]}, "tools[0].name"),
        ({"tools": [{"name": "f", "input_schema": {"type": "string"}}]}, "tools[0].input_schema"),
    ],
)
def test_a_limit_of_the_core_names_the_clients_field(fields: dict[str, Any], param: str) -> None:
    error = refusal(**fields)
    assert error.kind.param == param
    assert f"'{param}'" in error.message


@pytest.mark.parametrize(
    ("core", "own"),
    [
        ("tools[0].function.parameters", "tools[1].input_schema"),
        ("tools[0].function.name", "tools[1].name"),
        ("response_format", "output_config.format"),
        ("tool_choice", "tool_choice"),
        ("stop[3]", "stop_sequences[3]"),
    ],
)
def test_a_fault_found_later_names_the_clients_field(core: str, own: str) -> None:
    tools = [
        {"name": "later", "input_schema": {}, "defer_loading": True},
        {"name": "now", "input_schema": {}},
    ]
    asked = CountTokensRequest.from_body(minimal(tools=tools))
    with pytest.raises(InvalidRequest) as caught, own_words(asked):
        raise InvalidRequest(f"Invalid '{core}': no.", param=core)
    assert caught.value.kind.param == own
    assert caught.value.message == f"Invalid '{own}': no."


def test_a_prompt_that_is_too_long_is_said_as_claude_code_knows_it() -> None:
    with (
        pytest.raises(InvalidRequest) as caught,
        own_words(CountTokensRequest.from_body(minimal())),
    ):
        raise PromptTooLong(300, 200)
    assert caught.value.message == "prompt is too long: 300 tokens > 200 maximum"


def test_a_message_to_go_on_with_is_refused_but_can_be_counted() -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "He"}]
    assert refusal(messages=messages).kind.param == "messages"
    chat = as_chat_request(CountTokensRequest.from_body(minimal(messages=messages)))
    assert len(chat.messages) == 2
