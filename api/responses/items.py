"""One item of an answer under way: the item itself, and the events that tell of it.

Thread: event loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from api.content_log import LoggedContent, RatedToken
from api.ids import new_id
from api.responses.answer_types import (
    ItemStatus,
    MessageItem,
    OutputItem,
    OutputText,
    ReasoningItem,
    ReasoningText,
    TextLogprob,
    TokenRating,
)
from api.responses.event_types import PartEvent, StreamEvent
from api.responses.sealed_reasoning import sealed
from prompts.answer import AnswerEvent, ContentDelta, ReasoningDelta


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Where an item stands in its response, and the numbers of the stream's events."""

    output_index: int
    sequence: Iterator[int]


class OpenItem(Protocol):
    """An item that is being written."""

    @property
    def item(self) -> OutputItem:
        """What it is so far; whole after `close`."""

    def open(self) -> list[StreamEvent]:
        """What comes after the item was added."""

    def push(self, event: AnswerEvent) -> list[StreamEvent]:
        """Take an event of the answer that belongs to the item."""

    def close(self, status: ItemStatus) -> list[StreamEvent]:
        """What comes before the item is done."""


class OpenMessage:
    """A message; its one part is a text."""

    def __init__(self, place: ItemPlace) -> None:
        self._place = place
        self._part: OutputText = {
            "type": "output_text",
            "text": "",
            "annotations": [],
            "logprobs": [],
        }
        self._texts: list[str] = []
        self._id = f"msg_{new_id()}"
        self.item: MessageItem = {
            "id": self._id,
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        }

    def open(self) -> list[StreamEvent]:
        return [_part_event(self._place, self._id, self._part, is_done=False)]

    def push(self, event: AnswerEvent) -> list[StreamEvent]:
        assert isinstance(event, ContentDelta)
        logprobs = _logprobs(event) if isinstance(event, LoggedContent) else []
        self._texts.append(event.text)
        self._part["logprobs"] += logprobs
        return [
            {
                "type": "response.output_text.delta",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "content_index": 0,
                "delta": event.text,
                "logprobs": logprobs,
            }
        ]

    def close(self, status: ItemStatus) -> list[StreamEvent]:
        self._part["text"] = "".join(self._texts)
        self.item["content"] = [self._part]
        self.item["status"] = status
        return [
            {
                "type": "response.output_text.done",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "content_index": 0,
                "text": self._part["text"],
                "logprobs": self._part["logprobs"],
            },
            _part_event(self._place, self._id, self._part, is_done=True),
        ]


class OpenReasoning:
    """Reasoning; its one part is its text. It is sealed too for who asked for that."""

    def __init__(self, place: ItemPlace, *, is_sealed: bool) -> None:
        self._place = place
        self._is_sealed = is_sealed
        self._part: ReasoningText = {"type": "reasoning_text", "text": ""}
        self._texts: list[str] = []
        self._id = f"rs_{new_id()}"
        self.item: ReasoningItem = {
            "id": self._id,
            "type": "reasoning",
            "status": "in_progress",
            "summary": [],
            "content": [],
        }

    def open(self) -> list[StreamEvent]:
        return [_part_event(self._place, self._id, self._part, is_done=False)]

    def push(self, event: AnswerEvent) -> list[StreamEvent]:
        assert isinstance(event, ReasoningDelta)
        self._texts.append(event.text)
        return [
            {
                "type": "response.reasoning_text.delta",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "content_index": 0,
                "delta": event.text,
            }
        ]

    def close(self, status: ItemStatus) -> list[StreamEvent]:
        text = self._part["text"] = "".join(self._texts)
        self.item["content"] = [self._part]
        self.item["status"] = status
        if self._is_sealed:
            self.item["encrypted_content"] = sealed(text)
        return [
            {
                "type": "response.reasoning_text.done",
                "sequence_number": next(self._place.sequence),
                "item_id": self._id,
                "output_index": self._place.output_index,
                "content_index": 0,
                "text": text,
            },
            _part_event(self._place, self._id, self._part, is_done=True),
        ]


def _part_event(
    place: ItemPlace, item_id: str, part: OutputText | ReasoningText, *, is_done: bool
) -> PartEvent:
    return {
        "type": "response.content_part.done" if is_done else "response.content_part.added",
        "sequence_number": next(place.sequence),
        "item_id": item_id,
        "output_index": place.output_index,
        "content_index": 0,
        "part": part,
    }


def _logprobs(content: LoggedContent) -> list[TextLogprob]:
    return [
        {**_rating(token.chosen), "top_logprobs": [_rating(each) for each in token.top]}
        for token in content.tokens
    ]


def _rating(token: RatedToken) -> TokenRating:
    return {"token": token.text, "logprob": token.logprob, "bytes": list(token.utf8)}
