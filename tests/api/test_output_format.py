"""What the text has to match: every field that says so, and what cannot be kept to."""

import json
from typing import Any

import pytest

from api.chat_schemas import ChatRequest
from api.output_format import read_output_format
from tests.api.conftest import Api, minimal_chat

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("fields", "kind", "source"),
    [
        ({"response_format": {"type": "json_object"}}, "json_object", ""),
        ({"response_format": {"type": "json_object", "schema": SCHEMA}}, "json_schema", SCHEMA),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
            "json_schema",
            SCHEMA,
        ),
        ({"structured_outputs": {"json": SCHEMA}}, "json_schema", SCHEMA),
        ({"structured_outputs": {"json_object": True}}, "json_object", ""),
        ({"structured_outputs": {"regex": "a+"}}, "regex", "a+"),
        ({"structured_outputs": {"choice": ["a", "b"]}}, "choice", ["a", "b"]),
        ({"structured_outputs": {"grammar": "start: A"}}, "lark", "start: A"),
        ({"guided_json": SCHEMA}, "json_schema", SCHEMA),
        ({"guided_json": json.dumps(SCHEMA)}, "json_schema", SCHEMA),
        ({"guided_regex": "a+"}, "regex", "a+"),
        ({"guided_choice": ["a", "b"]}, "choice", ["a", "b"]),
        ({"guided_grammar": "start: A"}, "lark", "start: A"),
        ({"grammar": 'root ::= "a"'}, "lark", 'root ::= "a"'),
        ({"ebnf": 'root ::= "a"'}, "lark", 'root ::= "a"'),
        ({"json_schema": SCHEMA}, "json_schema", SCHEMA),
        ({"regex": "a+"}, "regex", "a+"),
    ],
)
def test_each_field_is_a_grammar(fields: dict[str, Any], kind: str, source: Any) -> None:
    output = read_output_format(ChatRequest.from_body(minimal_chat(**fields)))
    assert output is not None
    assert output.kind == kind
    assert (output.source if isinstance(source, str) else json.loads(output.source)) == source
    assert output.param.split(".")[0] in fields


@pytest.mark.parametrize(
    "fields", [{}, {"response_format": {"type": "text"}}, {"response_format": None}]
)
def test_plain_text_needs_no_grammar(fields: dict[str, Any]) -> None:
    assert read_output_format(ChatRequest.from_body(minimal_chat(**fields))) is None


async def test_two_formats_at_once_are_refused_by_both_names(api: Api) -> None:
    reply = await api.chat(response_format={"type": "json_object"}, guided_regex="a+")
    assert reply.status == 400
    assert "'response_format'" in reply.error["message"]
    assert "'guided_regex'" in reply.error["message"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        ({"guided_json": "{"}, "guided_json"),
        ({"guided_json": []}, "guided_json"),
        ({"regex": "(a"}, "regex"),
        ({"guided_choice": [""]}, "guided_choice"),
        ({"guided_grammar": "start: ("}, "guided_grammar"),
        ({"grammar": "root ::= ("}, "grammar"),
        ({"structured_outputs": {"structural_tag": {"x": 1}}}, "structured_outputs"),
        ({"structured_outputs": {"regex": "(a"}}, "structured_outputs.regex"),
        (
            {"response_format": {"type": "json_object", "schema": {"type": "nothing"}}},
            "response_format",
        ),
    ],
)
async def test_what_cannot_be_kept_to_is_refused_with_its_field(
    api: Api, fields: dict[str, Any], param: str
) -> None:
    reply = await api.chat(**fields)
    assert (reply.status, reply.error["param"]) == (400, param), reply.body
    assert api.engine.num_calls["add"] == 0


async def test_a_schema_that_is_too_deep_is_refused(api: Api) -> None:
    schema: dict[str, Any] = {}
    for _ in range(300):
        schema = {"properties": {"a": schema}}
    assert (await api.chat(guided_json=schema)).error["param"] == "guided_json"
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    assert (await api.chat(tools=tools)).error["param"] == "tools[0].function.parameters"


async def test_a_format_reaches_the_engine_as_a_grammar(api: Api) -> None:
    reply = await api.chat(response_format={"type": "json_object"})
    assert reply.status == 200
    assert api.last_sequence.grammar is not None
    await api.chat()
    assert api.last_sequence.grammar is None
