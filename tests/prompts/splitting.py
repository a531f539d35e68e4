"""Runs a splitter over a text that is cut into pieces."""

from collections.abc import Iterable
from itertools import pairwise

from prompts.answer import Answer, AnswerEvent, whole_answer
from prompts.family import ModelFamily
from prompts.tools import Tool

WEATHER = Tool(
    "get_weather",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"],
    },
)
TIME = Tool("get_time", {"type": "object", "properties": {"zone": {"enum": ["UTC", "KST"]}}})
TOOLS = (WEATHER, TIME)


def events(
    family: ModelFamily,
    text: str,
    *,
    cuts: Iterable[int] = (),
    prompt: str = "",
    tools: tuple[Tool, ...] = TOOLS,
) -> list[AnswerEvent]:
    """What comes out when the text is cut at these positions."""
    splitter = family.splitter(prompt=prompt, tools=tools)
    borders = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(borders)]
    found = [event for piece in pieces for event in splitter.push(piece)]
    return found + splitter.finish()


def split(
    family: ModelFamily, text: str, *, prompt: str = "", tools: tuple[Tool, ...] = TOOLS
) -> Answer:
    """The whole answer; it must not depend on the pieces."""
    at_once = whole_answer(events(family, text, prompt=prompt, tools=tools))
    by_character = events(family, text, cuts=range(len(text)), prompt=prompt, tools=tools)
    assert whole_answer(by_character) == at_once
    return at_once
