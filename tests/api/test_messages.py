"""Every role and every kind of content, as the model reads it."""

import json
from typing import Any

import pytest

from tests.api.conftest import Api

CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "서울"}'},
}
QUESTION: dict[str, Any] = {"role": "user", "content": "Rain?"}


def user(content: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content}]


async def read_by_the_model(api: Api, messages: list[dict[str, Any]]) -> str:
    reply = await api.chat(messages=messages)
    assert reply.status == 200, reply.body
    return api.last_prompt


@pytest.mark.parametrize(
    ("role", "turn"),
    [
        ("system", "system\nBe brief."),
        ("developer", "system\nBe brief."),
        ("user", "user\nBe brief."),
        ("assistant", "assistant\nBe brief."),
        ("tool", "user\n<tool_response>\nBe brief.\n</tool_response>"),
        ("function", "user\n<tool_response>\nBe brief.\n</tool_response>"),
    ],
)
async def test_every_role_is_read(api: Api, role: str, turn: str) -> None:
    message = {"role": role, "content": "Be brief.", "name": "n", "tool_call_id": "call_1"}
    prompt = await read_by_the_model(api, [message, QUESTION])
    assert prompt == f"{turn}\nuser\nRain?\nassistant\n"


async def test_text_parts_are_read_as_one_text(api: Api) -> None:
    parts = [{"type": "text", "text": "It "}, {"type": "text", "text": "rains."}]
    assert await read_by_the_model(api, user(parts)) == "user\nIt rains.\nassistant\n"


async def test_a_part_may_carry_fields_that_nobody_knows(api: Api) -> None:
    part = {"type": "text", "text": "Hi", "prompt_cache_breakpoint": True, "cache_control": {}}
    assert await read_by_the_model(api, user([part])) == "user\nHi\nassistant\n"


async def test_empty_content_is_read_as_an_empty_turn(api: Api) -> None:
    assert await read_by_the_model(api, user("")) == "user\n\nassistant\n"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "x" * 10_000},
    ],
)
async def test_a_part_that_is_not_text_is_refused_by_its_place(
    api: Api, part: dict[str, Any]
) -> None:
    reply = await api.chat(messages=user([{"type": "text", "text": "See:"}, part]))
    assert (reply.status, reply.error["code"]) == (400, "unsupported_value")
    assert reply.error["param"] == "messages[0].content[1]"
    assert len(reply.error["message"]) < 300


async def test_the_history_of_a_tool_call_is_read(api: Api) -> None:
    prompt = await read_by_the_model(
        api,
        [
            QUESTION,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "Dry."},
        ],
    )
    assert prompt == (
        "user\nRain?\n"
        'assistant\n<tool_call>\n{"name": "weather", "arguments": {"city": "서울"}}\n</tool_call>\n'
        "user\n<tool_response>\nDry.\n</tool_response>\n"
        "assistant\n"
    )


async def test_the_deprecated_function_call_is_read_as_a_tool_call(api: Api) -> None:
    call = {"role": "assistant", "content": None, "function_call": CALL["function"]}
    result = {"role": "function", "name": "weather", "content": "Dry."}
    prompt = await read_by_the_model(api, [QUESTION, call, result])
    assert '{"name": "weather", "arguments": {"city": "서울"}}' in prompt
    assert "<tool_response>\nDry." in prompt


@pytest.mark.parametrize("arguments", ["", "{}", None])
async def test_a_call_without_arguments_is_read_as_an_empty_object(
    api: Api, arguments: str | None
) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "now", "arguments": arguments}}
    prompt = await read_by_the_model(api, [QUESTION, {"role": "assistant", "tool_calls": [call]}])
    assert '{"name": "now", "arguments": {}}' in prompt


@pytest.mark.parametrize("arguments", ['{"path": "/a', "[]", "3", '"text"', "null"])
async def test_arguments_that_are_no_object_are_shown_as_the_text_that_they_are(
    api: Api, arguments: str
) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    result = {"role": "tool", "tool_call_id": "c", "content": "The arguments are cut off."}
    prompt = await read_by_the_model(
        api, [QUESTION, {"role": "assistant", "tool_calls": [call]}, result]
    )
    shown = json.dumps({"name": "f", "arguments": {"INVALID_JSON": arguments}})
    assert f"<tool_call>\n{shown}\n</tool_call>" in prompt
    assert "The arguments are cut off." in prompt


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file"])
async def test_of_a_result_the_model_is_told_what_is_left_out(api: Api, kind: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    parts = [{"type": "text", "text": "Here: "}, {"type": kind, kind: {"url": "data:,"}}]
    result = {"role": "tool", "tool_call_id": "c", "content": parts}
    prompt = await read_by_the_model(
        api, [QUESTION, {"role": "assistant", "tool_calls": [call]}, result]
    )
    assert f"Here: [{kind} left out: this model reads text only]" in prompt


async def test_a_refusal_in_the_history_is_read(api: Api) -> None:
    refusal = {"role": "assistant", "content": None, "refusal": "I will not."}
    part = {"role": "assistant", "content": [{"type": "refusal", "refusal": "Nor now."}]}
    prompt = await read_by_the_model(api, [QUESTION, refusal, part])
    assert prompt.count("assistant\nI will not.") == prompt.count("assistant\nNor now.") == 1


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_echoed_reasoning_is_accepted(api: Api, field: str) -> None:
    echoed = {"role": "assistant", "content": "No.", field: "The sky is blue."}
    assert "assistant\nNo." in await read_by_the_model(api, [QUESTION, echoed, QUESTION])


async def test_nulls_in_a_message_mean_absent(api: Api) -> None:
    nulls = dict.fromkeys(("name", "tool_calls", "tool_call_id", "function_call", "refusal"))
    message = {"role": "assistant", "content": "Yes.", "audio": None, **nulls}
    assert "assistant\nYes." in await read_by_the_model(api, [QUESTION, message])


async def test_text_of_many_scripts_comes_back_unharmed(api: Api) -> None:
    text = "비트코인 😀 👩‍👩‍👧 ñ \u200b \x07 \\n"
    api.will_say(text)
    assert (await api.chat(messages=user(text))).text == text
    assert text in api.last_prompt


async def test_more_items_than_any_conversation_has_are_refused_with_the_limit(api: Api) -> None:
    message = {"role": "user", "content": [{"type": "text", "text": "x"}] * 99}
    reply = await api.chat(messages=[message] * 101)
    assert (reply.status, reply.error["param"]) == (400, "messages")
    assert "10100 messages" in reply.error["message"]
    assert "the limit is 10000" in reply.error["message"]
