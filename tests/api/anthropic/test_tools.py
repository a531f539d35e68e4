"""Which tools the model is shown."""

from typing import Any

import pytest

from api.anthropic.request_schemas import CountTokensRequest, ToolChoiceParam
from api.anthropic.tools import as_tool_choice, shown_tools

HI = {"role": "user", "content": "Hi"}


def tool(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "input_schema": {"type": "object"}, **fields}


TOOLS = [
    tool("dig", defer_loading=True),
    tool("look", type="custom"),
    tool("climb", defer_loading=True),
    tool("walk"),
]


def found(*names: str) -> dict[str, Any]:
    """A tool's result that names deferred tools."""
    references = [{"type": "tool_reference", "tool_name": name} for name in names]
    return {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "t", "content": references}],
    }


def change(kind: str, name: str) -> dict[str, Any]:
    block = {"type": kind, "tool": {"type": "tool_reference", "name": name}}
    return {"role": "system", "content": [block]}


@pytest.mark.parametrize(
    ("messages", "names"),
    [
        ([HI], [(1, "look"), (3, "walk")]),
        ([HI, found("climb")], [(1, "look"), (3, "walk"), (2, "climb")]),
        ([HI, found("climb"), found("dig")], [(1, "look"), (3, "walk"), (2, "climb"), (0, "dig")]),
        ([HI, change("tool_addition", "dig")], [(1, "look"), (3, "walk"), (0, "dig")]),
        ([HI, change("tool_removal", "look")], [(3, "walk")]),
        ([HI, found("dig"), change("tool_removal", "dig")], [(1, "look"), (3, "walk")]),
        ([HI, found("no such tool")], [(1, "look"), (3, "walk")]),
    ],
    ids=["none named", "one", "in order", "added", "removed", "named and removed", "unknown"],
)
def test_deferred_tools_are_shown_once_they_are_named(
    messages: list[Any], names: list[tuple[int, str]]
) -> None:
    asked = CountTokensRequest.from_body({"model": "default", "messages": messages, "tools": TOOLS})
    assert [(index, each.name) for index, each in shown_tools(asked)] == names


@pytest.mark.parametrize(
    ("choice", "kind", "names"),
    [
        ({}, "auto", None),
        ({"type": "auto"}, "auto", None),
        ({"type": "none"}, "none", None),
        ({"type": "any"}, "required", None),
        ({"type": "tool", "name": "look"}, "function", ["look"]),
    ],
)
def test_a_choice_means_the_same_in_other_words(
    choice: dict[str, Any], kind: str, names: list[str] | None
) -> None:
    translated = as_tool_choice(ToolChoiceParam.from_body(choice))
    assert (translated.type, translated.names) == (kind, names)
