"""DeepSeek's answers: a section of calls, each a name and JSON, or tags with typed values (V3.2).

Thread: both.
Source: templates of DeepSeek-R1, DeepSeek-V3, DeepSeek-V3.1, DeepSeek-V3.2 and DeepSeek-V4
"""

import json
import re
from collections.abc import Sequence

from prompts.answer import CallEvents
from prompts.family import CallFormat, ToolCallShape
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_arguments
from prompts.tag_splitter import TagFamily
from prompts.tools import Tool

SECTION, SECTION_END = "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"
CALL, CALL_END = "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>"
SEPARATOR = "<｜tool▁sep｜>"
FENCE, FENCE_END = "```json", "```"

DSML = "｜DSML｜"
INVOKE, INVOKE_END = f'<{DSML}invoke name="', f"</{DSML}invoke>"
_PARAMETER = re.compile(
    rf'<{DSML}parameter name="(.*?)" string="(true|false)">(.*?)</{DSML}parameter>', re.DOTALL
)


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
    fits=lambda template: SECTION in template and FENCE in template,
    calls=_call_format(
        ToolCallShape(
            section_begin=SECTION,
            begin=f"{CALL}function{SEPARATOR}{{name}}\n{FENCE}\n",
            end=f"\n{FENCE_END}{CALL_END}",
            separator="\n",
            section_end=SECTION_END,
        )
    ),
)

DEEPSEEK = TagFamily(
    name="DeepSeek V3.1",
    fits=lambda template: SECTION in template,
    calls=_call_format(
        ToolCallShape(
            section_begin=SECTION,
            begin=f"{CALL}{{name}}{SEPARATOR}",
            end=CALL_END,
            section_end=SECTION_END,
        )
    ),
)


def _read_tagged(
    text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]
) -> Reading[None]:
    """Calls in tags, whole ones at a time. An enforced call has JSON in place of parameters."""
    yield from text.space()
    while (yield from text.take_if(INVOKE)):
        name = yield from text.up_to('">')
        body = yield from text.up_to(INVOKE_END)
        yield from calls.whole(name, _parameters(body))
        yield from text.space()
    yield from text.take_if(begin.replace("<", "</"))


def _parameters(body: str) -> dict[str, object]:
    found = _PARAMETER.findall(body)
    rest = _PARAMETER.sub("", body).strip()
    try:
        values = json.loads(rest) if rest and not found else {}
        for key, is_string, value in found:
            values[key] = value if is_string == "true" else json.loads(value)
    except (ValueError, RecursionError) as error:
        raise UnreadableCall(str(error)) from error
    if not isinstance(values, dict) or (found and (rest or len(values) < len(found))):
        raise UnreadableCall("text between the parameters")
    return values


def _tagged_family(name: str, section: str) -> TagFamily:
    begin, end = f"<{DSML}{section}>", f"</{DSML}{section}>"
    shape = ToolCallShape(
        section_begin=f"{begin}\n",
        begin=f'{INVOKE}{{name}}">\n',
        end=f"\n{INVOKE_END}",
        separator="\n",
        section_end=f"\n{end}",
    )
    return TagFamily(
        name=name,
        fits=lambda template: DSML in template and f"{section}>" in template,
        calls=CallFormat(
            begins=(begin,), other_markers=(end, DSML), read=_read_tagged, shape=shape
        ),
    )


DEEPSEEK_V32 = _tagged_family("DeepSeek V3.2", "function_calls")
DEEPSEEK_V4 = _tagged_family("DeepSeek V4", "tool_calls")
