"""DeepSeek's answers: a section of calls, each a name and JSON (R1, V3) or without fences (V3.1).

Thread: both.
Source: templates of DeepSeek-R1, DeepSeek-V3 and DeepSeek-V3.1
"""

from collections.abc import Sequence

from prompts.answer import CallEvents
from prompts.family import CallFormat, ToolCallShape, arguments_body
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_arguments
from prompts.tag_splitter import TagFamily
from prompts.tools import Tool

SECTION, SECTION_END = "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"
CALL, CALL_END = "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>"
SEPARATOR = "<｜tool▁sep｜>"
FENCE, FENCE_END = "```json", "```"


def read(text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]) -> Reading[None]:
    """A section: calls, then its end."""
    if begin == CALL:
        yield from _read_call(text, calls)
    yield from text.space()
    while (yield from text.take_if(CALL)):
        yield from _read_call(text, calls)
        yield from text.space()
    yield from text.take_if(SECTION_END)


def _read_call(text: IncomingText, calls: CallEvents) -> Reading[None]:
    """function<sep>name\n```json\n{…}\n```<end>, or name<sep>{…}<end>"""
    name = yield from text.up_to(SEPARATOR)
    yield from text.space()
    if (yield from text.peek()) != "{":
        name = yield from text.up_to(FENCE)
    if not name.strip():
        raise UnreadableCall("no name")
    yield calls.start(name.strip())
    yield from read_arguments(text, calls)
    yield from calls.end()
    yield from text.space()
    yield from text.take_if(FENCE_END)
    yield from text.space()
    yield from text.take_if(CALL_END)


def _call_format(shape: ToolCallShape) -> CallFormat:
    others = (SECTION_END, CALL_END, SEPARATOR)
    return CallFormat(begins=(SECTION, CALL), other_markers=others, read=read, shape=shape)


DEEPSEEK_R1 = TagFamily(
    name="DeepSeek R1, V3",
    is_template=lambda template: SECTION in template and FENCE in template,
    calls=_call_format(
        ToolCallShape(
            section_begin=SECTION,
            begin=f"{CALL}function{SEPARATOR}{{name}}\n{FENCE}\n",
            body_schema=arguments_body,
            end=f"\n{FENCE_END}{CALL_END}",
            separator="\n",
            section_end=SECTION_END,
        )
    ),
)

DEEPSEEK = TagFamily(
    name="DeepSeek V3.1",
    is_template=lambda template: SECTION in template,
    calls=_call_format(
        ToolCallShape(
            section_begin=SECTION,
            begin=f"{CALL}{{name}}{SEPARATOR}",
            body_schema=arguments_body,
            end=CALL_END,
            section_end=SECTION_END,
        )
    ),
)
