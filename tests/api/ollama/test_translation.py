"""Ollama's requests as chat requests."""

from typing import Any

import pytest

from api.ollama.requests import ChatBody, GenerateBody
from api.ollama.translation import chat_of_chat, chat_of_generate


def chat(**fields: Any) -> Any:
    return chat_of_chat(ChatBody.from_body({"model": "default", **fields}))


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def calls(*functions: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    entries = [{"function": {"name": name, "arguments": args}} for name, args in functions]
    return {"role": "assistant", "content": "", "tool_calls": entries, **more}


def result(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "tool", "content": text, **more}


def test_a_conversation_keeps_what_it_says() -> None:
    messages = chat(
        messages=[
            {"role": "System", "content": "Be brief."},
            user("Hello"),
            calls(("get_weather", {"city": "Ålesund"}), thinking="A question."),
            result("7 °C", tool_name="get_weather"),
        ]
    ).messages
    assert [message.role for message in messages] == ["system", "user", "assistant", "tool"]
    assert messages[0].content[0].text == "Be brief."
    assert messages[2].reasoning_content == "A question."
    assert messages[2].tool_calls[0].function.name == "get_weather"
    assert messages[2].tool_calls[0].function.arguments == '{"city":"Ålesund"}'
    assert messages[3].name == "get_weather"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([{}, {}], ["call_0", "call_1"]),
        ([{"tool_name": "b"}, {"tool_name": "a"}], ["call_1", "call_0"]),
        ([{"tool_name": "b"}, {}], ["call_1", "call_0"]),
        ([{"tool_call_id": "own"}, {"tool_name": "a"}], ["own", "call_0"]),
    ],
)
def test_calls_and_results_without_ids_get_some_that_belong_together(
    results: list[dict[str, Any]], expected: list[str]
) -> None:
    messages = [user("Hello"), calls(("a", {}), ("b", {})), *(result("x", **r) for r in results)]
    _, asked, *answered = chat(messages=messages).messages
    assert [call.id for call in asked.tool_calls] == ["call_0", "call_1"]
    assert [message.tool_call_id for message in answered] == expected


def test_ids_do_not_come_twice_in_a_conversation() -> None:
    turn = [calls(("a", {})), result("x")]
    messages = chat(messages=[user("Hello"), *turn, *turn]).messages
    assert [message.tool_call_id for message in messages if message.role == "tool"] == [
        "call_0",
        "call_1",
    ]


@pytest.mark.parametrize(
    ("think", "enable_thinking", "effort"),
    [
        (None, None, None),
        (True, True, None),
        (False, False, None),
        ("low", None, "low"),
        ("max", None, "max"),
    ],
)
def test_thinking_is_a_switch_or_an_effort(
    think: object, enable_thinking: bool | None, effort: str | None
) -> None:
    asked = chat(messages=[user("Hello")], think=think)
    assert (asked.enable_thinking, asked.reasoning_effort) == (enable_thinking, effort)


def test_a_prompt_without_a_system_text_is_one_message() -> None:
    asked = chat_of_generate(GenerateBody.from_body({"model": "default", "prompt": "Hello"}))
    assert [message.role for message in asked.messages] == ["user"]
