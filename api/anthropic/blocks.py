"""The content blocks of an answer: whole, and as the events of a stream.

Thread: event loop.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal

import orjson

from api.anthropic.answer_types import (
    ContentBlock,
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    Delta,
    MessagesEvent,
    ToolUseBlock,
)
from api.anthropic.reasoning import seal
from api.ids import new_id
from api.left_out import UNREAD_ARGUMENTS
from api.sse import named_frame
from prompts.answer import (
    AnswerEvent,
    ContentDelta,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallStarted,
)

BlockKey = tuple[Literal["thinking", "text", "tool_use"], int]
"""Events in a row with the same key are one block; the number tells calls apart."""


def whole_blocks(events: Iterable[AnswerEvent], *, hides_thinking: bool) -> list[ContentBlock]:
    """The blocks of an answer, in the order in which the model wrote them."""
    return [
        _whole_block(key, list(group), hides_thinking=hides_thinking)
        for key, group in groupby(events, key=_block_key)
    ]


class BlockFrames:
    """Writes the events of one answer as frames; one block is open at a time."""

    def __init__(self, *, hides_thinking: bool) -> None:
        self._hides_thinking = hides_thinking
        self._index = -1
        self._open: BlockKey | None = None
        self._thoughts: list[str] = []
        self._around = (b"", b"")

    def frames(self, event: AnswerEvent) -> list[bytes]:
        """What an event is on the wire, with the end of a block and the beginning of the next."""
        key = _block_key(event)
        frames = [] if key == self._open else [*self.close(), self._begin(key, event)]
        match event:
            case ContentDelta(text):
                frames.append(self._text_frame(text))
            case ReasoningDelta(text):
                frames.append(self._thought_frame(text))
            case ToolCallArguments(_, text):
                frames.append(self._text_frame(text))
        return frames

    def close(self) -> list[bytes]:
        """The end of the open block, if there is one."""
        if self._open is None:
            return []
        frames = []
        if self._open[0] == "thinking":
            sealed = seal("".join(self._thoughts)) if self._hides_thinking else ""
            frames.append(self._delta_frame({"type": "signature_delta", "signature": sealed}))
            self._thoughts = []
        self._open = None
        end: ContentBlockStop = {"type": "content_block_stop", "index": self._index}
        return [*frames, event_frame(end)]

    def _begin(self, key: BlockKey, event: AnswerEvent) -> bytes:
        self._open = key
        self._index += 1
        start: ContentBlockStart = {
            "type": "content_block_start",
            "index": self._index,
            "content_block": _empty_block(key, event),
        }
        self._around = self._frame_around(_empty_delta(key))
        return event_frame(start)

    def _frame_around(self, delta: Delta) -> tuple[bytes, bytes]:
        """The frame of a delta whose text is still empty, before and behind the text."""
        before, _, behind = self._delta_frame(delta).rpartition(b'""')
        return before, behind

    def _text_frame(self, text: str) -> bytes:
        """The text is the only thing that differs from frame to frame of a block."""
        before, behind = self._around
        return before + orjson.dumps(text) + behind

    def _thought_frame(self, text: str) -> bytes:
        if not self._hides_thinking:
            return self._text_frame(text)
        self._thoughts.append(text)
        return self._delta_frame({"type": "thinking_delta", "thinking": "", "estimated_tokens": 1})

    def _delta_frame(self, delta: Delta) -> bytes:
        event: ContentBlockDelta = {
            "type": "content_block_delta",
            "index": self._index,
            "delta": delta,
        }
        return event_frame(event)


def event_frame(event: MessagesEvent) -> bytes:
    """An event as it is sent: its type is its name, too."""
    return named_frame(event["type"], orjson.dumps(event))


def _block_key(event: AnswerEvent) -> BlockKey:
    match event:
        case ReasoningDelta():
            return ("thinking", 0)
        case ContentDelta():
            return ("text", 0)
        case _:
            return ("tool_use", event.index)


def _empty_block(key: BlockKey, event: AnswerEvent) -> ContentBlock:
    match key[0]:
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case "text":
            return {"type": "text", "text": ""}
        case "tool_use":
            return _empty_call(event)


def _empty_call(event: AnswerEvent) -> ToolUseBlock:
    assert isinstance(event, ToolCallStarted)
    call_id = f"toolu_{new_id()[:24]}"
    return {"type": "tool_use", "id": call_id, "name": event.name, "input": {}}


def _empty_delta(key: BlockKey) -> Delta:
    match key[0]:
        case "thinking":
            return {"type": "thinking_delta", "thinking": ""}
        case "text":
            return {"type": "text_delta", "text": ""}
        case "tool_use":
            return {"type": "input_json_delta", "partial_json": ""}


def _whole_block(
    key: BlockKey, events: Sequence[AnswerEvent], *, hides_thinking: bool
) -> ContentBlock:
    text = "".join(
        event.text
        for event in events
        if isinstance(event, ContentDelta | ReasoningDelta | ToolCallArguments)
    )
    match key[0]:
        case "thinking" if hides_thinking:
            return {"type": "thinking", "thinking": "", "signature": seal(text)}
        case "thinking":
            return {"type": "thinking", "thinking": text, "signature": ""}
        case "text":
            return {"type": "text", "text": text}
        case "tool_use":
            return {**_empty_call(events[0]), "input": _input_of(text)}


def _input_of(text: str) -> dict[str, object]:
    """The arguments of a call. The model may have got them wrong, or been cut off."""
    try:
        arguments = orjson.loads(text)
    except orjson.JSONDecodeError:
        arguments = None
    return arguments if isinstance(arguments, dict) else {UNREAD_ARGUMENTS: text}
