"""Items of a conversation, as the messages of a chat."""

from typing import Any

import pytest

from api.errors import InvalidRequest
from api.responses.item_schemas import InputItem
from api.responses.messages import read_conversation
from api.responses.sealed_reasoning import sealed
from tests.api.conftest import Api
from tests.api.responses.conftest import ask

CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a": 1}'}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "result"}
REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [],
    "content": [{"type": "reasoning_text", "text": "Hm."}],
}
SAID = {
    "type": "message",
    "role": "assistant",
    "id": "msg_1",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Look.", "annotations": []}],
}
ASKED = {"role": "user", "content": "Why?"}


def messages(*items: Any, instructions: str | None = None) -> list[dict[str, Any]]:
    """The messages of a conversation, without the fields that are empty."""
    read = [InputItem.model_validate(item) for item in items]
    return read_conversation(instructions, read).messages


@pytest.mark.parametrize("role", ["user", "system", "developer"])
def test_a_message_keeps_its_role_and_the_text_of_its_parts(role: str) -> None:
    parts = [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]
    assert messages({"role": role, "content": parts}) == [{"role": role, "content": "ab"}]
    assert messages({"type": "message", "role": role, "content": "ab"}) == [
        {"role": role, "content": "ab"}
    ]


def test_instructions_are_the_system_message_before_everything() -> None:
    assert messages(ASKED, instructions="Be short.") == [
        {"role": "system", "content": "Be short."},
        ASKED,
    ]
    assert messages(ASKED, instructions="") == [ASKED]


def test_reasoning_text_and_calls_in_a_row_are_one_message() -> None:
    [_, turn, result] = messages(ASKED, REASONING, SAID, CALL, OUTPUT)
    assert turn == {
        "role": "assistant",
        "reasoning_content": "Hm.",
        "content": "Look.",
        "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": '{"a": 1}'}}],
    }
    assert result == {"role": "tool", "content": "result", "tool_call_id": "c1"}


def test_calls_in_a_row_are_one_message_and_those_behind_a_result_another() -> None:
    read = messages(CALL, {**CALL, "call_id": "c2"}, OUTPUT, CALL)
    assert [len(message.get("tool_calls", [])) for message in read] == [2, 0, 1]


def test_two_texts_or_two_thoughts_are_two_messages() -> None:
    assert len(messages(SAID, SAID)) == 2
    assert len(messages(REASONING, REASONING)) == 2
    assert len(messages(SAID, REASONING)) == 2


def test_a_refusal_is_text() -> None:
    parts = [{"type": "refusal", "refusal": "No."}]
    assert messages({**SAID, "content": parts})[0]["content"] == "No."


def test_reasoning_comes_from_whatever_field_the_client_kept() -> None:
    sealed_only = {"type": "reasoning", "summary": [], "encrypted_content": sealed("Hm.")}
    summary = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    foreign = {**summary, "encrypted_content": "gAAAAAB"}
    for item in (REASONING, sealed_only, summary, foreign):
        assert messages(item)[0]["reasoning_content"] == "Hm."


def test_a_result_may_be_parts() -> None:
    parts = [{"type": "input_text", "text": "a"}, {"type": "output_text", "text": "b"}]
    assert messages({**OUTPUT, "output": parts})[0]["content"] == "ab"


def test_a_custom_call_has_its_input_as_the_argument() -> None:
    call = {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": 'a "b"\n'}
    output = {"type": "custom_tool_call_output", "call_id": "c", "output": "done"}
    turn, result = messages(call, output)
    [written] = turn["tool_calls"]
    assert written["function"] == {"name": "patch", "arguments": '{"input":"a \\"b\\"\\n"}'}
    assert (result["role"], result["content"]) == ("tool", "done")


def test_a_call_in_a_namespace_has_the_name_that_the_model_wrote() -> None:
    [turn] = messages({**CALL, "namespace": "agents"})
    assert turn["tool_calls"][0]["function"]["name"] == "agents__f"


def test_an_image_that_a_tool_loaded_is_told_to_be_left_out() -> None:
    image = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    *_, result = messages(ASKED, CALL, {**OUTPUT, "output": [image]})
    assert result["content"] == "[input_image left out: this model reads text only]"


async def test_a_call_that_was_cut_off_does_not_end_the_conversation(api: Api) -> None:
    reply = await ask(api, input=[ASKED, {**CALL, "arguments": '{"path": "/a'}, OUTPUT, ASKED])
    assert reply.status == 200
    assert '{"INVALID_JSON": "{\\"path\\": \\"/a"}' in api.last_prompt


def test_an_unfit_item_is_named() -> None:
    with pytest.raises(InvalidRequest) as caught:
        messages(ASKED, {"type": "web_search_call", "id": "ws_1"})
    assert caught.value.kind.param == "input[1]"


@pytest.mark.parametrize(
    ("items", "param"),
    [
        ([], "input"),
        ([{"type": "item_reference", "id": "msg_1"}], "input[0]"),
        ([{"id": "msg_1"}], "input[0]"),
        ([{"type": "message", "content": "a"}], "input[0].role"),
        ([{"role": "user"}], "input[0].content"),
        ([{"role": "tool", "content": "a"}], "input[0].role"),
        ([{"role": "user", "content": [{"type": "input_image"}]}], "input[0].content[0]"),
        ([{"role": "user", "content": [{"type": "input_text"}]}], "input[0].content[0]"),
        ([{"role": "user", "content": [{"text": "a"}]}], "input[0].content[0].type"),
        ([ASKED, {**OUTPUT, "output": [{"type": "input_video"}]}], "input[1].output[0]"),
        ([{"type": "function_call_output", "call_id": "c"}], "input[0].output"),
        ([{"type": "function_call", "arguments": "{}"}], "input[0].name"),
        ([{"type": "custom_tool_call", "name": "f"}], "input[0].input"),
        ([{"type": "mcp_call", "name": "f"}], "input[0]"),
        ([ASKED] * 10_001, "input"),
        ([{"role": "user", "content": [{"type": "input_text", "text": "a"}] * 10_001}], "input"),
        (5, "input"),
    ],
)
async def test_what_is_wrong_with_the_input_is_refused_by_its_place(
    api: Api, items: Any, param: str
) -> None:
    reply = await ask(api, input=items)
    assert (reply.status, reply.error["param"]) == (400, param), reply.body
    assert f"'{param}'" in reply.error["message"]
