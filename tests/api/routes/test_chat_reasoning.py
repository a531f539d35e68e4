"""Reasoning is a field of its own, streamed or whole, and counted."""

from typing import Any

import pytest

from tests.api.conftest import Api

THOUGHT = "<think>\nA question.\n</think>\n\nAn answer <think>."


def joined(events: list[Any], field: str) -> str:
    return "".join(event["choices"][0]["delta"].get(field) or "" for event in events)


async def test_reasoning_is_apart_from_content(api: Api) -> None:
    api.will_say(THOUGHT)
    message = (await api.chat()).json["choices"][0]["message"]
    assert message["reasoning_content"] == "A question."
    assert message["content"] == "An answer <think>."


async def test_a_stream_has_reasoning_before_content_and_never_both_in_a_chunk(api: Api) -> None:
    api.will_say(THOUGHT)
    events = (await api.chat(stream=True)).events
    assert joined(events, "reasoning_content") == "A question."
    assert joined(events, "content") == "An answer <think>."
    fields = [
        next(iter(delta))
        for event in events[1:]
        if (delta := event["choices"][0]["delta"]) and len(delta) == 1
    ]
    assert len(fields) == len(events) - 2
    assert fields == sorted(fields, reverse=True)


async def test_an_answer_without_reasoning_has_no_such_field(api: Api) -> None:
    api.will_say("An answer.")
    assert "reasoning_content" not in (await api.chat()).json["choices"][0]["message"]


async def test_reasoning_tokens_are_a_part_of_the_completion_tokens(api: Api) -> None:
    thought = api.model.tokenizer.encode("<think>A question.</think>")
    num_tokens = len(api.will_say("<think>A question.</think>An answer."))
    usage = (await api.chat()).json["usage"]
    assert usage["completion_tokens"] == num_tokens
    reasoning = usage["completion_tokens_details"]["reasoning_tokens"]
    assert 0 < len(thought) - len("<think>") <= reasoning <= len(thought)


@pytest.mark.parametrize("stream", [True, False])
async def test_reasoning_that_is_cut_off_is_no_content(api: Api, *, stream: bool) -> None:
    api.will_say("<think>A long question</think>An answer.")
    thought = api.model.tokenizer.encode("<think>A long")
    reply = await api.chat(stream=stream, max_tokens=len(thought))
    if stream:
        assert joined(reply.events, "content") == ""
        assert reply.events[-1]["choices"][0]["finish_reason"] == "length"
    else:
        message = reply.json["choices"][0]["message"]
        assert message["content"] == ""
        assert message["reasoning_content"]


@pytest.mark.parametrize(
    "fields", [{"include_reasoning": False}, {"reasoning": {"exclude": True}}], ids=str
)
async def test_reasoning_that_is_not_wanted_is_counted_only(
    api: Api, fields: dict[str, Any]
) -> None:
    api.will_say(THOUGHT)
    body = (await api.chat(**fields)).json
    assert "reasoning_content" not in body["choices"][0]["message"]
    assert body["choices"][0]["message"]["content"] == "An answer <think>."
    assert body["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
    events = (await api.chat(stream=True, **fields)).events
    assert joined(events, "reasoning_content") == ""
    assert joined(events, "content") == "An answer <think>."
