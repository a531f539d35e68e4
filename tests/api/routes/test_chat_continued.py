"""Answers that go on where the last message ends, and what is echoed of it."""

from typing import Any

import pytest

from tests.api.conftest import HELLO, Api

BEGUN: list[Any] = [*HELLO, {"role": "assistant", "content": "one two"}]
CONTINUED = {"messages": BEGUN, "continue_final_message": True, "add_generation_prompt": False}


async def test_the_last_message_is_continued(api: Api) -> None:
    api.will_say(" three")
    assert (await api.chat(**CONTINUED)).text == " three"
    assert api.last_prompt.endswith("one two")
    await api.chat(messages=[*HELLO, {"role": "assistant", "content": "one two three"}])
    assert "one two three" in api.last_prompt


async def test_without_a_generation_prompt_the_chat_stays_as_it_is(api: Api) -> None:
    await api.chat()
    opened = api.last_sequence.token_ids
    await api.chat(add_generation_prompt=False)
    assert len(api.last_sequence.token_ids) < len(opened)
    assert api.last_sequence.token_ids == opened[: len(api.last_sequence.token_ids)]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("messages", "expected"), [(BEGUN, "one two three"), (HELLO, " three")], ids=["own", "user's"]
)
async def test_an_echo_is_of_the_assistants_last_message(
    api: Api, messages: list[Any], expected: str, *, stream: bool
) -> None:
    api.will_say(" three")
    reply = await api.chat(messages=messages, echo=True, stream=stream)
    assert (reply.streamed_text if stream else reply.text) == expected


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": BEGUN, "add_generation_prompt": True},
        {"messages": HELLO},
        {"messages": [*HELLO, {"role": "assistant", "content": "x", "tool_calls": [CALL]}]},
    ],
)
async def test_what_cannot_be_continued_is_refused(api: Api, fields: dict[str, Any]) -> None:
    reply = await api.chat(continue_final_message=True, **fields)
    assert (reply.status, reply.error["param"]) == (400, "continue_final_message")
    assert api.engine.num_calls["add"] == 0
