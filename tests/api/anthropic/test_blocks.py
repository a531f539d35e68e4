"""The blocks of an answer are the same, whole or joined from the events of a stream."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.anthropic.blocks import BlockFrames, whole_blocks
from api.anthropic.reasoning import unseal
from api.left_out import UNREAD_ARGUMENTS
from prompts.answer import AnswerEvent, CallEvents, ContentDelta, ReasoningDelta

TEXTS = st.text(min_size=1, max_size=5)


@st.composite
def answers(draw: st.DrawFn) -> list[AnswerEvent]:
    """Thoughts, words and calls in any order."""
    calls, events = CallEvents(), list[AnswerEvent]()
    for kind in draw(st.lists(st.sampled_from(["thought", "word", "call"]), max_size=8)):
        if kind == "thought":
            events.append(ReasoningDelta(draw(TEXTS)))
        elif kind == "word":
            events.append(ContentDelta(draw(TEXTS)))
        else:
            events += calls.whole("f", {"x": draw(TEXTS)})
    return events


def streamed(events: list[AnswerEvent], *, hides_thinking: bool = False) -> list[dict[str, Any]]:
    """What a client makes of a stream; the rules of its frames are checked on the way."""
    writer = BlockFrames(hides_thinking=hides_thinking)
    frames = [frame for event in events for frame in writer.frames(event)] + writer.close()
    blocks: list[dict[str, Any]] = []
    is_open = False
    for frame in frames:
        head, data = frame.decode().rstrip("\n").split("\n", 1)
        event = json.loads(data.removeprefix("data: "))
        assert head == f"event: {event['type']}"
        match event["type"]:
            case "content_block_start":
                assert (is_open, event["index"]) == (False, len(blocks))
                blocks.append(event["content_block"])
            case "content_block_delta":
                assert (is_open, event["index"]) == (True, len(blocks) - 1)
                add(blocks[-1], event["delta"])
            case "content_block_stop":
                assert (is_open, event["index"]) == (True, len(blocks) - 1)
        is_open = event["type"] != "content_block_stop"
    assert not is_open
    for block in blocks:
        if block["type"] == "tool_use":
            block["input"] = json.loads(block.pop("json", ""))
    return blocks


def add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] = delta["signature"]
        case "input_json_delta":
            block["json"] = block.get("json", "") + delta["partial_json"]


def without_ids(blocks: Any) -> list[dict[str, Any]]:
    return [{key: value for key, value in block.items() if key != "id"} for block in blocks]


@given(answers(), st.booleans())
def test_streamed_or_whole_the_blocks_are_the_same(
    events: list[AnswerEvent], hides_thinking: bool
) -> None:
    whole = whole_blocks(events, hides_thinking=hides_thinking)
    joined = streamed(events, hides_thinking=hides_thinking)
    assert without_ids(joined) == without_ids(whole)


def test_blocks_keep_the_order_of_the_answer() -> None:
    call = CallEvents()
    events = [
        ReasoningDelta("Hm"),
        ReasoningDelta("."),
        ContentDelta("I look."),
        *call.whole("look", {"at": "sky"}),
        *call.whole("wait", {}),
        ContentDelta("Done."),
    ]
    blocks = whole_blocks(events, hides_thinking=False)
    assert without_ids(blocks) == [
        {"type": "thinking", "thinking": "Hm.", "signature": ""},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "name": "look", "input": {"at": "sky"}},
        {"type": "tool_use", "name": "wait", "input": {}},
        {"type": "text", "text": "Done."},
    ]
    ids = [block["id"] for block in blocks if block["type"] == "tool_use"]
    assert len(set(ids)) == 2


def test_a_hidden_thought_is_counted_and_sealed() -> None:
    events: list[AnswerEvent] = [ReasoningDelta("Hm"), ReasoningDelta(" hm"), ContentDelta("Yes.")]
    writer = BlockFrames(hides_thinking=True)
    frames = b"".join(frame for event in events for frame in writer.frames(event))
    assert b"Hm" not in frames
    assert frames.count(b'"estimated_tokens":1') == 2
    [thought, _] = streamed(events, hides_thinking=True)
    assert thought["thinking"] == ""
    assert unseal(thought["signature"]) == "Hm hm"


@pytest.mark.parametrize("text", ['{"x": ', "[1]", "nonsense", ""])
def test_arguments_that_are_no_object_are_passed_on_as_they_are(text: str) -> None:
    calls = CallEvents()
    [block] = whole_blocks([calls.start("f"), calls.arguments(text)], hides_thinking=False)
    assert block["type"] == "tool_use"
    assert block["input"] == {UNREAD_ARGUMENTS: text}
