"""The ways in which models write one call as JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.formats.qwen import QWEN
from tests.prompts.splitting import split

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=3)


def call_of(body: str) -> tuple[str, str]:
    """The name and the arguments of the only call."""
    answer = split(QWEN, f"<tool_call>\n{body}\n</tool_call>")
    assert answer.content == ""
    [call] = answer.calls
    assert call.is_whole
    return call.name, call.arguments


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ('{"name": "f", "arguments": {"a": 1}}', '{"a": 1}'),
        ('{"arguments": {"a": 1}, "name": "f"}', '{"a": 1}'),
        ('{"id": "c1", "type": "function", "name": "f", "parameters": {"a": 1}}', '{"a": 1}'),
        ('{"name": "f", "arguments": {"a": 1}, "id": [{"b": "}"}, 2.5]}', '{"a": 1}'),
        ('{"name": "f", "arguments": "{\\"a\\": 1}"}', '{"a": 1}'),
        ('{"name": "f", "arguments": ""}', "{}"),
        ('{"name": "f", "arguments": null}', "{}"),
        ('{"arguments": null, "name": "f"}', "{}"),
        ('{"name": "f"}', "{}"),
        ('{ "name" :"f" ,\n"arguments" :\n{"a":1} }', '{"a":1}'),
        ('{"name": "f", "arguments": {"a": "}]\\"\\\\"}}', '{"a": "}]\\"\\\\"}'),
        ('{"name": "f", "arguments": {"a": "</tool_call>"}}', '{"a": "</tool_call>"}'),
    ],
)
def test_a_call_is_read_in_all_of_these_ways(body: str, arguments: str) -> None:
    assert call_of(body) == ("f", arguments)


@given(arguments=OBJECTS, is_name_first=st.booleans(), indent=st.sampled_from([None, 2]))
def test_any_arguments_come_out_as_the_same_object(
    arguments: dict[str, object], is_name_first: bool, indent: int | None
) -> None:
    fields: list[tuple[str, object]] = [("name", "f"), ("arguments", arguments)]
    body = json.dumps(dict(fields if is_name_first else fields[::-1]), indent=indent)
    assert json.loads(call_of(body)[1]) == arguments


@pytest.mark.parametrize("arguments", ["5", "[1]", '"text"', "tru"])
def test_arguments_that_are_no_object_come_out_as_content(arguments: str) -> None:
    answer = split(QWEN, f'<tool_call>{{"name": "f", "arguments": {arguments}}}</tool_call>')
    assert answer.content == f', "arguments": {arguments}}}</tool_call>'
    assert answer.has_unread_call
    assert not any(call.is_whole for call in answer.calls)
