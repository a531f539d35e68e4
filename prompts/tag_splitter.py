"""The splitter of families that put markers around reasoning and tool calls: most of them.

Thread: event loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompts.answer import AnswerEvent, CallEvents, ContentDelta, ReasoningDelta
from prompts.family import (
    THINK,
    CallFormat,
    ReasoningEffort,
    TemplateOptions,
    Thinking,
    ToolCallShape,
    thinking_options,
)
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.tools import Tool


@dataclass(frozen=True, slots=True)
class TagFamily:
    """A `ModelFamily` that is described by its markers."""

    name: str
    fits: Callable[[str], bool]
    calls: CallFormat
    thinking: Thinking = THINK

    @property
    def markers(self) -> tuple[str, ...]:
        calls = (*self.calls.begins, *self.calls.other_markers)
        return (self.thinking.begin, self.thinking.end, *calls)

    @property
    def call_shape(self) -> ToolCallShape:
        return self.calls.shape

    def effort_options(self, effort: ReasoningEffort) -> TemplateOptions:
        return {**thinking_options(is_on=effort != "none"), "reasoning_effort": effort}

    def splitter(self, *, prompt: str, tools: Sequence[Tool] = ()) -> "TagSplitter":
        is_reasoning = self.thinking.is_open_in(prompt)
        return TagSplitter(self, tools=tools, begins_in_reasoning=is_reasoning)


class TagSplitter:
    """An `AnswerSplitter`.

    Reasoning is looked for where an answer begins and after other reasoning or calls, not within
    content: there a model may write about the marker itself.
    """

    def __init__(
        self, family: TagFamily, *, tools: Sequence[Tool], begins_in_reasoning: bool
    ) -> None:
        self._thinking = family.thinking
        self._format = family.calls
        self._tools = tools
        self._begins = family.calls.begins if tools else ()
        self._begins_answer = family.calls.begins_answer if tools else ()
        self._text = IncomingText()
        self._calls = CallEvents()
        self.is_reasoning = begins_in_reasoning
        self._is_all_content = False
        """Whether nothing but content can follow: most tokens of most answers."""
        self._reading = self._answer(begins_in_reasoning)

    def push(self, text: str) -> list[AnswerEvent]:
        """See `AnswerSplitter.push`."""
        if self._is_all_content:
            return [ContentDelta(text)] if text else []
        return self._text.run(self._reading, text)

    def finish(self) -> list[AnswerEvent]:
        """See `AnswerSplitter.finish`."""
        return self._text.run(self._reading, "", is_last=True)

    def _answer(self, begins_in_reasoning: bool) -> Reading[None]:
        is_first = True
        if begins_in_reasoning:
            yield from self._reasoning()
            is_first = False
        while True:
            space = yield from self._text.space()
            if marker := (yield from self._text.take_if(self._thinking.begin)):
                yield from self._reasoning()
            elif marker := (yield from self._text.take_if(*self._begins, *self._begins_answer)):
                yield from self._read_calls(marker)
            elif (yield from self._content(space if is_first else "")):
                return
            is_first = False

    def _reasoning(self) -> Reading[None]:
        self.is_reasoning = True
        yield from self._text.space()
        yield from self._text.relay(ReasoningDelta, (self._thinking.end,))
        yield from self._text.space()
        yield from self._text.take_if(self._thinking.end)
        self.is_reasoning = False

    def _read_calls(self, marker: str) -> Reading[None]:
        try:
            yield from self._format.read(self._text, self._calls, marker, self._tools)
        except UnreadableCall:
            if self._text.taken:
                is_marked = marker not in self._begins_answer
                yield ContentDelta(self._text.taken, is_unread_call=is_marked)
            yield from self._text.relay(ContentDelta, self._begins)

    def _content(self, space: str) -> Reading[bool]:
        """Pass content on up to a call; True if the text ended."""
        if space:
            yield ContentDelta(space)
        self._is_all_content = not self._begins
        is_call_next = yield from self._text.relay(ContentDelta, self._begins)
        return not is_call_next
