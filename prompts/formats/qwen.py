"""Qwen's answers: JSON calls in tags (Qwen2.5, Qwen3) or XML-like ones (Qwen3-Coder, Qwen3.5).

Thread: both.

Many others write calls like Qwen2.5 (Hermes, SmolLM3, Granite), so a template that only names the
tag is taken for one of them.
"""

import re
from collections.abc import Sequence

from prompts.answer import CallEvents
from prompts.family import CallFormat, ToolCallShape
from prompts.formats.typed_values import typed_arguments
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_tagged_calls
from prompts.tag_splitter import TagFamily
from prompts.tools import Tool

BEGIN, END = "<tool_call>", "</tool_call>"
FUNCTION, FUNCTION_END = "<function=", "</function>"

_PARAMETER = re.compile(r"<parameter=([^>\n]+)>\n?(.*?)\n?</parameter>", re.DOTALL)

JSON_IN_TAGS = ToolCallShape(
    begin=f"{BEGIN}\n",
    end=f"\n{END}",
    separator="\n",
    name_key="name",
    arguments_key="arguments",
)


def read_json(
    text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]
) -> Reading[None]:
    """<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>"""
    yield from read_tagged_calls(END, text, calls)


def read_xml(
    text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]
) -> Reading[None]:
    """<tool_call>\n<function=name>\n<parameter=key>\nvalue\n</parameter>\n</function>\n</tool_call>

    Models forget the outer tag at times, and an enforced call is JSON within it.
    Source: the template of https://huggingface.co/Qwen/Qwen3-Coder-30B-A3B-Instruct
    """
    if begin == BEGIN:
        yield from text.space()
        if (yield from text.peek()) == "{":
            yield from read_tagged_calls(END, text, calls)
            return
        yield from text.expect(FUNCTION)
    name = yield from text.up_to(">")
    body = yield from text.up_to(FUNCTION_END)
    if _PARAMETER.sub("", body).strip():
        raise UnreadableCall("text between the parameters")
    yield from calls.whole(name.strip(), typed_arguments(name, _PARAMETER.findall(body), tools))
    yield from text.space()
    yield from text.take_if(END)


QWEN = TagFamily(
    name="Qwen",
    fits=lambda template: BEGIN in template,
    calls=CallFormat(begins=(BEGIN,), other_markers=(END,), read=read_json, shape=JSON_IN_TAGS),
)

QWEN_CODER = TagFamily(
    name="Qwen3-Coder",
    fits=lambda template: BEGIN in template and FUNCTION in template,
    calls=CallFormat(
        begins=(BEGIN, FUNCTION), other_markers=(END,), read=read_xml, shape=JSON_IN_TAGS
    ),
)
