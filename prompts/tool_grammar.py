"""Grammars that make a model call tools, in the form its family was trained on.

Thread: both.
Source: https://github.com/guidance-ai/llguidance/blob/main/docs/syntax.md
"""

import json
import re
from collections.abc import Mapping, Sequence

from prompts.family import ModelFamily, ToolCallShape
from prompts.tools import JsonSchema, Tool

AS_TEMPLATES_WRITE = {
    "whitespace_flexible": False,
    "item_separator": ", ",
    "key_separator": ": ",
}
"""The spaces in JSON as chat templates write them; with any, a model may write them endlessly."""

ANY_TEXT = r"TEXT: /(.|\n)*/"


def tool_grammar(
    family: ModelFamily,
    tools: Sequence[Tool],
    *,
    is_required: bool,
    may_be_several: bool,
    marker_ids: Mapping[str, int],
    answer_schema: JsonSchema | None = None,
) -> str:
    """A Lark grammar, in llguidance's dialect, for what follows the reasoning.

    With `is_required` the answer is calls to these tools, else it is text or calls; with an
    `answer_schema` the text is JSON. For a named tool, give only that one. `marker_ids` are those
    of the family's markers that are one token: see `Tokenizer.marker_ids`.
    """
    shape, literals = family.call_shape, _Literals(marker_ids)
    prefix, has_name, suffix = shape.begin.partition("{name}")
    next_call = f"{literals.lark(shape.separator + prefix)} call"
    repeated = f"({next_call})*" if may_be_several and shape.allows_several else ""
    calls = f"call {repeated} {literals.lark(shape.section_end)}"
    opening = shape.section_begin + prefix
    lead = f"({literals.lark(shape.lead)})?" if shape.lead else ""
    if is_required:
        lines = [f"start: {lead} {literals.lark(opening)} {calls}"]
    elif answer_schema is not None:
        answer = f"{literals.lark(shape.text_begin)} answer"
        lines = [f"start: {lead} ({answer} | {literals.lark(opening)} {calls})"]
        lines.append(f"answer: %json {json.dumps(answer_schema, ensure_ascii=False)}")
    else:
        lines = _text_or_calls(shape, opening, calls, literals)
    lines.append("call: " + " | ".join(f"call_{number}" for number in range(len(tools))))
    for number, tool in enumerate(tools):
        name = literals.lark(tool.name + suffix) if has_name else ""
        schema = {"x-guidance": AS_TEMPLATES_WRITE, **shape.body_schema(tool)}
        lines.append(f"call_{number}: {name} body_{number} {literals.lark(shape.end)}")
        lines.append(f"body_{number}: %json {json.dumps(schema, ensure_ascii=False)}")
    return "\n".join(lines)


def _text_or_calls(
    shape: ToolCallShape, opening: str, calls: str, literals: "_Literals"
) -> list[str]:
    """Text, and calls behind it as soon as their opening was written."""
    if shape.text_begin:
        text = f"{literals.lark(shape.text_begin)} TEXT"
        either = f"({text} | {literals.lark(opening)} {calls})"
        return [f"start: ({literals.lark(shape.lead)})? {either}", ANY_TEXT]
    if not opening:
        return [f"start: TEXT | {calls}", r"TEXT: /([^{](.|\n)*)?/"]
    if literals.begins_with_token(opening):
        return [f"start: TEXT ({literals.lark(opening)} {calls})?", ANY_TEXT]
    marker = opening.rstrip()
    space = literals.lark(opening.removeprefix(marker))
    head = f"head[lazy]: TEXT {json.dumps(marker, ensure_ascii=False)}"
    return [f"start: TEXT | head {space} {calls}", head, ANY_TEXT]


class _Literals:
    """Writes text for a grammar, in which markers that are tokens stand as ids.

    NOTE: llguidance takes every added token that looks like a tag for a special one, and no text of
    a grammar matches a special token.
    """

    def __init__(self, marker_ids: Mapping[str, int]) -> None:
        self._ids = marker_ids
        self._pattern = re.compile("|".join(map(re.escape, marker_ids)) or r"(?!)")

    def begins_with_token(self, text: str) -> bool:
        return self._pattern.match(text) is not None

    def lark(self, text: str) -> str:
        parts, start = [], 0
        for found in self._pattern.finditer(text):
            parts += [_quoted(text[start : found.start()]), f"<[{self._ids[found[0]]}]>"]
            start = found.end()
        return " ".join(filter(None, [*parts, _quoted(text[start:])]))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else ""
