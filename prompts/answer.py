"""What a model's answer consists of: content, reasoning and tool calls, as events in their order.

Thread: event loop.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContentDelta:
    """A piece of what the model says to the user.

    `is_unread_call` marks text that began like a tool call and could not be read as one.
    """

    text: str
    is_unread_call: bool = False


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of what the model says to itself."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A call begins. `index` counts the calls of one answer from 0; the name is whole."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class ToolCallArguments:
    """A piece of a call's arguments. The pieces of a whole call join to the JSON of an object."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallEnded:
    """The arguments are whole. A call that the end of the answer cut off has no such event."""

    index: int


AnswerEvent = ContentDelta | ReasoningDelta | ToolCallStarted | ToolCallArguments | ToolCallEnded


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call as the model wrote it: `arguments` is JSON text, if the model made no mistake."""

    name: str
    arguments: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """All of an answer."""

    content: str
    reasoning: str
    calls: tuple[WrittenCall, ...]
    has_unread_call: bool


def whole_answer(events: Iterable[AnswerEvent]) -> Answer:
    """The answer that these events tell of."""
    events = list(events)
    ended = {event.index for event in events if isinstance(event, ToolCallEnded)}
    arguments: dict[int, str] = {}
    for event in events:
        if isinstance(event, ToolCallArguments):
            arguments[event.index] = arguments.get(event.index, "") + event.text
    contents = [event for event in events if isinstance(event, ContentDelta)]
    return Answer(
        content="".join(event.text for event in contents),
        reasoning="".join(event.text for event in events if isinstance(event, ReasoningDelta)),
        calls=tuple(
            WrittenCall(event.name, arguments.get(event.index, ""), event.index in ended)
            for event in events
            if isinstance(event, ToolCallStarted)
        ),
        has_unread_call=any(event.is_unread_call for event in contents),
    )


class CallEvents:
    """Makes the events of an answer's calls, one call after the other."""

    def __init__(self) -> None:
        self._index = -1
        self._has_arguments = False

    def start(self, name: str) -> ToolCallStarted:
        self._index += 1
        self._has_arguments = False
        return ToolCallStarted(self._index, name)

    def arguments(self, text: str) -> ToolCallArguments:
        self._has_arguments = True
        return ToolCallArguments(self._index, text)

    def end(self) -> list[AnswerEvent]:
        """A call without arguments gets an empty object, which is what clients parse."""
        missing = [] if self._has_arguments else [self.arguments("{}")]
        return [*missing, ToolCallEnded(self._index)]

    def whole(self, name: str, arguments: dict[str, object]) -> list[AnswerEvent]:
        """All events of a call that is known as a whole."""
        text = json.dumps(arguments, ensure_ascii=False)
        return [self.start(name), self.arguments(text), *self.end()]
