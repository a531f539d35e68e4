"""Text becomes the value that the schema asks for, or stays text."""

import json

import pytest

from prompts.formats.typed_values import typed_arguments
from prompts.incoming import UnreadableCall
from prompts.tools import Tool

TOOL = Tool(
    "f",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "choice": {"enum": ["1", "2"]},
            "number": {"type": "integer"},
            "anything": {},
        },
    },
)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("text", "5", "5"),
        ("text", "null", "null"),
        ("choice", "1", "1"),
        ("number", "5", 5),
        ("number", "12345678901234567890", 12345678901234567890),
        ("number", "five", "five"),
        ("anything", '{"a": [1, null]}', {"a": [1, None]}),
        ("anything", "True", True),
        ("anything", "None", None),
        ("anything", "NaN", "NaN"),
        ("anything", "1e999", "1e999"),
        ("unknown", " two words ", " two words "),
    ],
)
def test_an_argument_is_what_its_schema_says(name: str, text: str, value: object) -> None:
    assert typed_arguments("f", [(name, text)], [TOOL]) == {name: value}


def test_arguments_of_an_unknown_tool_are_json_where_they_can_be() -> None:
    arguments = typed_arguments("g", [("a", "5"), ("b", "x")], [TOOL])
    assert json.dumps(arguments) == '{"a": 5, "b": "x"}'


def test_an_argument_that_comes_twice_is_no_call() -> None:
    with pytest.raises(UnreadableCall, match="twice"):
        typed_arguments("f", [("text", "a"), ("text", "b")], [TOOL])
