"""gpt-oss's answers: messages on channels, which OpenAI calls harmony.

Thread: both; the splitter on the event loop.
Source: https://cookbook.openai.com/articles/openai-harmony
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prompts.answer import AnswerEvent, CallEvents, ContentDelta, ReasoningDelta
from prompts.family import ReasoningEffort, TemplateOptions, Thinking, ToolCallShape
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_arguments
from prompts.tools import Tool

START, CHANNEL, MESSAGE, CONSTRAIN = "<|start|>", "<|channel|>", "<|message|>", "<|constrain|>"
ENDS = ("<|end|>", "<|call|>", "<|return|>")

EFFORTS: dict[ReasoningEffort, str] = {
    "none": "low",
    "minimal": "low",
    "xhigh": "high",
    "max": "high",
}
"""What stands for an effort that these models were not trained with."""

_HEADER = re.compile(
    r"(?:assistant)? ?(?:to=(?P<before>[^ <]+))? ?"
    r"(?:<\|channel\|>(?P<channel>\w+)(?: to=(?P<after>[^ <]+))?)?"
    r"(?: ?<\|constrain\|>\w+| \w+)?"
)


@dataclass(frozen=True, slots=True)
class HarmonyFamily:
    """A `ModelFamily`."""

    name: str
    thinking: Thinking
    markers: tuple[str, ...]
    call_shape: ToolCallShape

    def fits(self, template: str) -> bool:
        return CHANNEL in template and MESSAGE in template

    def effort_options(self, effort: ReasoningEffort) -> TemplateOptions:
        """It knows three, and none is not among them."""
        return {"reasoning_effort": EFFORTS.get(effort, effort)}

    def splitter(self, *, prompt: str, tools: Sequence[Tool] = ()) -> "HarmonySplitter":
        """The prompt ends where a header begins, so it does not matter."""
        return HarmonySplitter(has_tools=bool(tools))


class HarmonySplitter:
    """An `AnswerSplitter`: analysis is reasoning, a message to a function is a call."""

    def __init__(self, *, has_tools: bool) -> None:
        self._has_tools = has_tools
        self._text = IncomingText()
        self._calls = CallEvents()
        self.is_reasoning = False
        self._reading = self._answer()

    def push(self, text: str) -> list[AnswerEvent]:
        """See `AnswerSplitter.push`."""
        return self._text.run(self._reading, text)

    def finish(self) -> list[AnswerEvent]:
        """See `AnswerSplitter.finish`."""
        return self._text.run(self._reading, "", is_last=True)

    def _answer(self) -> Reading[None]:
        while (yield from self._text.peek()):
            try:
                yield from self._message()
            except UnreadableCall:
                if self._text.taken:
                    yield ContentDelta(self._text.taken, is_unread_call=True)
                yield from self._text.relay(ContentDelta, (*ENDS, START))
            self.is_reasoning = False
            yield from self._text.space()
            yield from self._text.take_if(*ENDS)

    def _message(self) -> Reading[None]:
        """A header and what follows it; text without a header is content."""
        if not (yield from self._text.next_marker((START, CHANNEL, " to="))):
            yield from self._body(ContentDelta)
            return
        yield from self._text.take_if(START)
        words = (yield from self._text.up_to(MESSAGE)).split()
        header = _HEADER.fullmatch(" ".join(words))
        if header is None:
            raise UnreadableCall("no header")
        recipient = header["before"] or header["after"]
        if recipient is not None:
            yield from self._call(recipient)
            return
        self.is_reasoning = header["channel"] == "analysis"
        yield from self._body(ReasoningDelta if self.is_reasoning else ContentDelta)

    def _call(self, recipient: str) -> Reading[None]:
        prefix, _, name = recipient.partition(".")
        if prefix != "functions" or not name or not self._has_tools:
            raise UnreadableCall(f"recipient {recipient!r}")
        yield self._calls.start(name)
        yield from self._text.space()
        # The marker that ends a call is a stop token, so the JSON says whether the call is whole.
        following = yield from self._text.peek()
        if following not in ("", "<"):
            yield from read_arguments(self._text, self._calls)
        if following:
            yield from self._calls.end()

    def _body(self, make: type[ContentDelta] | type[ReasoningDelta]) -> Reading[None]:
        yield from self._text.relay(make, (*ENDS, START))


GPT_OSS = HarmonyFamily(
    name="gpt-oss",
    thinking=Thinking(f"{CHANNEL}analysis{MESSAGE}", "<|end|>"),
    markers=(START, CHANNEL, MESSAGE, CONSTRAIN, *ENDS),
    call_shape=ToolCallShape(
        lead=f"{START}assistant",
        text_begin=f"{CHANNEL}final{MESSAGE}",
        begin=f"{CHANNEL}commentary to=functions.{{name}} {CONSTRAIN}json{MESSAGE}",
        end="",
        allows_several=False,
    ),
)
