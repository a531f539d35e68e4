"""Mistral's answers: calls as a JSON list, or since 2025 as a name and its arguments.

Thread: both.
Source: templates of Mistral-Nemo-Instruct-2407, Mistral-Small-3.2 and Ministral-3-Reasoning-2512
"""

from collections.abc import Sequence

from prompts.answer import CallEvents
from prompts.family import CallFormat, Thinking, ToolCallShape
from prompts.incoming import IncomingText, Reading, UnreadableCall
from prompts.json_calls import read_arguments, read_json_list
from prompts.tag_splitter import TagFamily
from prompts.tools import Tool

BEGIN, ARGUMENTS, CALL_ID = "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"
THINKING = Thinking("[THINK]", "[/THINK]")


def read(text: IncomingText, calls: CallEvents, begin: str, tools: Sequence[Tool]) -> Reading[None]:
    """[TOOL_CALLS][{"name": …, "arguments": {…}}] or [TOOL_CALLS]name[ARGS]{…}"""
    yield from text.space()
    if (yield from text.take_if("[")):
        yield from read_json_list(text, calls)
        return
    name = (yield from text.up_to(ARGUMENTS)).partition(CALL_ID)[0].strip()
    if not name:
        raise UnreadableCall("no name")
    yield calls.start(name)
    yield from read_arguments(text, calls)
    yield from calls.end()


MISTRAL_LIST = TagFamily(
    name="Mistral, calls as a list",
    fits=lambda template: f"{BEGIN}[" in template,
    thinking=THINKING,
    calls=CallFormat(
        begins=(BEGIN,),
        read=read,
        shape=ToolCallShape(
            section_begin=f"{BEGIN}[",
            begin="",
            name_key="name",
            arguments_key="arguments",
            end="",
            separator=", ",
            section_end="]",
        ),
    ),
)

MISTRAL = TagFamily(
    name="Mistral",
    fits=lambda template: BEGIN in template,
    thinking=THINKING,
    calls=CallFormat(
        begins=(BEGIN,),
        other_markers=(ARGUMENTS, CALL_ID),
        read=read,
        shape=ToolCallShape(begin=f"{BEGIN}{{name}}{ARGUMENTS}", end=""),
    ),
)
