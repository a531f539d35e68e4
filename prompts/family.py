"""What a model family is: how its answers are marked, and how its tool calls are enforced.

Thread: both.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from prompts.answer import AnswerEvent, CallEvents
from prompts.incoming import IncomingText, Reading
from prompts.tools import JsonSchema, Tool


class AnswerSplitter(Protocol):
    """Tells content, reasoning and tool calls of one answer apart, while it is written.

    Nothing is dropped: what looks like a call and is none comes out as content. Only markers,
    and white space beside them, are in no event.
    """

    @property
    def is_reasoning(self) -> bool:
        """Whether the text so far ends within reasoning, so that the next token counts as such."""

    def push(self, text: str) -> list[AnswerEvent]:
        """What is certain now. Text that may be the beginning of a marker waits."""

    def finish(self) -> list[AnswerEvent]:
        """The rest, at the end of the answer."""


DEFINITIONS = ("$defs", "definitions")


@dataclass(frozen=True, slots=True)
class ToolCallShape:
    """How an answer that is tool calls is written, for a grammar.

    `section_begin`, calls with `separator` between them, `section_end`. A call is `begin`, its
    body in JSON, `end`. "{name}" in `begin` stands for the tool's name. `name_key` and
    `arguments_key` are the body's keys; without them it is the arguments. `lead` may come before
    everything, and `text_begin` comes before an answer that is text instead.
    """

    begin: str
    end: str
    name_key: str = ""
    arguments_key: str = ""
    separator: str = ""
    section_begin: str = ""
    section_end: str = ""
    lead: str = ""
    text_begin: str = ""
    allows_several: bool = True

    def body_schema(self, tool: Tool) -> JsonSchema:
        """The JSON schema of the body of a call to this tool."""
        if not self.name_key:
            return tool.enforced_parameters
        # References are written from the root, so what they name must stay there.
        roots = {key: tool.parameters[key] for key in DEFINITIONS if key in tool.parameters}
        return {
            **roots,
            "type": "object",
            "properties": {
                self.name_key: {"const": tool.name},
                self.arguments_key: tool.enforced_parameters,
            },
            "required": [self.name_key, self.arguments_key],
            "additionalProperties": False,
        }

    def written(self, calls: Iterable[tuple[str, str]]) -> str:
        """Calls as text, from their names and the JSON of their arguments."""
        texts = [
            self.begin.replace("{name}", name) + self._body(name, arguments) + self.end
            for name, arguments in calls
        ]
        return self.section_begin + self.separator.join(texts) + self.section_end

    def _body(self, name: str, arguments: str) -> str:
        if not self.name_key:
            return arguments
        quoted_name = json.dumps(name, ensure_ascii=False)
        return f'{{"{self.name_key}": {quoted_name}, "{self.arguments_key}": {arguments}}}'


@dataclass(frozen=True, slots=True)
class Thinking:
    """The markers around reasoning."""

    begin: str = "<think>"
    end: str = "</think>"

    def is_open_in(self, prompt: str) -> bool:
        """Whether the prompt itself opened the block, so that the answer begins within it."""
        return prompt.rstrip().endswith(self.begin)


THINK = Thinking()


ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
TemplateOptions = dict[str, object]


def thinking_options(*, is_on: bool) -> TemplateOptions:
    """Thinking switched on or off, by the names that chat templates have for it."""
    return {"enable_thinking": is_on, "thinking": is_on}


class ModelFamily(Protocol):
    """How the models of one family mark what they say. Holds no state."""

    @property
    def name(self) -> str:
        """As in docs/models.md."""

    @property
    def thinking(self) -> Thinking:
        """What stands around reasoning; a grammar for the answer begins behind it."""

    @property
    def markers(self) -> tuple[str, ...]:
        """All markers. Where one is a special token, its text must be shown to the splitter."""

    @property
    def call_shape(self) -> ToolCallShape:
        """How calls are written when they are enforced."""

    def fits(self, template: str) -> bool:
        """Whether the family's models have this chat template."""

    def effort_options(self, effort: ReasoningEffort) -> TemplateOptions:
        """How much a model shall think, as variables of the family's chat templates."""

    def splitter(self, *, prompt: str, tools: Sequence[Tool] = ()) -> AnswerSplitter:
        """A splitter for the answer to this prompt. Without tools, calls are content."""


ReadCalls = Callable[[IncomingText, CallEvents, str, Sequence[Tool]], Reading[None]]
"""Reads one call or several; the third argument is the marker with which they began, read already.

It raises UnreadableCall before it has read what is no part of a call.
"""


@dataclass(frozen=True, slots=True)
class CallFormat:
    """How a family writes tool calls.

    `begins` are markers. `begins_answer` stand for calls only where an answer, or what follows its
    reasoning, begins. `other_markers` come within calls.
    """

    begins: tuple[str, ...]
    read: ReadCalls
    shape: ToolCallShape
    begins_answer: tuple[str, ...] = ()
    other_markers: tuple[str, ...] = ()
