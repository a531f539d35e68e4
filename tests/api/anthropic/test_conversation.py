"""Anthropic's messages and blocks as the messages of a chat."""

from typing import Any

import pytest

from api.anthropic.conversation import as_chat
from api.anthropic.reasoning import seal
from api.anthropic.request_schemas import CountTokensRequest
from api.conversation import as_chat_messages
from prompts.messages import ChatMessage, ToolCall

CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "sky"}}
CALLED = ToolCall("look", {"at": "sky"}, "toolu_1")


def chat(*messages: dict[str, Any], **fields: Any) -> list[ChatMessage]:
    """The messages as chat templates take them."""
    asked = CountTokensRequest.from_body({"model": "default", "messages": list(messages), **fields})
    return as_chat_messages(as_chat(asked))


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def assistant(*content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "cache_control": {"type": "ephemeral"}}


def result(*content: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "toolu_1", "content": list(content), **fields}


def test_a_text_and_a_block_of_text_are_the_same() -> None:
    assert chat({"role": "user", "content": "Hi"}) == chat(user(text("Hi")))
    assert chat(user(text("Hi"))) == [ChatMessage("user", "Hi")]


def test_blocks_of_a_user_are_lines_and_those_of_the_assistant_one_text() -> None:
    messages = chat(user(text("One"), text("Two")), assistant(text("Thr"), text("ee")))
    assert messages == [ChatMessage("user", "One\nTwo"), ChatMessage("assistant", "Three")]


def test_the_system_text_is_the_first_message() -> None:
    blocks = [text("Be brief."), text("Be kind.")]
    assert chat(user(text("Hi")), system=blocks)[0] == ChatMessage(
        "system", "Be brief.\n\nBe kind."
    )
    assert chat(user(text("Hi")), system="Be brief.")[0] == ChatMessage("system", "Be brief.")
    assert [message.role for message in chat(user(text("Hi")), system="")] == ["user"]


def test_the_line_that_changes_with_every_request_is_not_shown() -> None:
    line = "x-anthropic-billing-header: cc_version=2.1; cch=12ab3;"
    told = ChatMessage("system", "You help.")
    assert chat(user(text("Hi")), system=[text(line), text("You help.")])[0] == told
    assert chat(user(text("Hi")), system=f"{line}\nYou help.")[0] == told
    assert chat(user(text(line)))[0].content == line


def test_messages_of_one_role_in_a_row_are_one_turn() -> None:
    messages = chat(user(text("One")), user(text("Two")), assistant(text("Yes.")), assistant(CALL))
    assert messages == [
        ChatMessage("user", "One\n\nTwo"),
        ChatMessage("assistant", "Yes.", tool_calls=(CALLED,)),
    ]


def test_a_system_message_may_stand_anywhere() -> None:
    note = {"role": "system", "content": "It is late."}
    messages = chat(user(text("Hi")), note, assistant(text("Hello")), note)
    assert [message.role for message in messages] == ["user", "system", "assistant", "system"]


def test_a_system_message_without_text_is_left_out() -> None:
    note = {"role": "system", "output_config": {"effort": "low"}}
    assert [message.role for message in chat(user(text("Hi")), note)] == ["user"]


def test_a_note_for_one_turn_is_gone_with_the_next_user_message() -> None:
    note = {"role": "system", "content": "Hurry.", "clear_at": "next_user_message"}
    assert [message.role for message in chat(user(text("Hi")), note)] == ["user", "system"]
    later = chat(user(text("Hi")), note, assistant(text("Hello")), user(text("Bye")))
    assert [message.role for message in later] == ["user", "assistant", "user"]


def test_a_result_is_a_message_of_the_tool_before_what_the_user_says() -> None:
    messages = chat(user(text("Look")), assistant(CALL), user(text("Well?"), result(text("blue"))))
    assert messages[1:] == [
        ChatMessage("assistant", "", tool_calls=(CALLED,)),
        ChatMessage("tool", "blue", tool_call_id="toolu_1"),
        ChatMessage("user", "Well?"),
    ]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "tool_result", "tool_use_id": "t", "content": "blue"}, "blue"),
        ({"type": "tool_result", "tool_use_id": "t"}, ""),
        (result(text("a"), text("b")), "a\nb"),
        (result(text("no such file"), is_error=True), "Error: no such file"),
        (
            result({"type": "search_result", "title": "T", "source": "S", "content": [text("x")]}),
            "T\nS\nx",
        ),
        (
            result({"type": "tool_reference", "tool_name": "dig"}),
            "The tool dig can be called now.",
        ),
    ],
)
def test_a_result_says_all_that_it_holds(block: dict[str, Any], words: str) -> None:
    assert chat(user(block))[0].content == words


def test_thoughts_come_back_shown_or_sealed() -> None:
    shown = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    sealed = {"type": "thinking", "thinking": "", "signature": seal("Hm.")}
    foreign = {"type": "thinking", "thinking": "", "signature": "EqQBCkgIARAB"}
    redacted = {"type": "redacted_thinking", "data": "EqQBCkgIARAB"}
    for block, reasoning in ((shown, "Hm."), (sealed, "Hm."), (foreign, None), (redacted, None)):
        [message] = chat(assistant(block, text("Yes.")))
        assert (message.content, message.reasoning_content) == ("Yes.", reasoning)


def test_an_empty_message_is_still_a_turn() -> None:
    assert chat(user(), assistant()) == [ChatMessage("user"), ChatMessage("assistant")]


@pytest.mark.parametrize("kind", ["image", "document"])
def test_what_a_tool_loaded_is_told_to_be_left_out(kind: str) -> None:
    block = {"type": kind, "source": {"type": "base64", "data": "AAAA"}}
    [_, answered] = chat(assistant(CALL), user(result(text("Here:"), block)))
    assert answered.content == f"Here:\n[{kind} left out: this model reads text only]"
