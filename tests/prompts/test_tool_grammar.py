"""Grammars take what a family writes for good calls, and nothing else."""

import json
from typing import Any

import pytest
from tokenizers import Tokenizer as Backend

from prompts.families import FAMILIES
from prompts.family import ModelFamily
from prompts.formats.gpt_oss import GPT_OSS
from prompts.formats.llama import LLAMA
from prompts.formats.qwen import QWEN
from prompts.tokenizer import Tokenizer
from prompts.tool_grammar import tool_grammar
from prompts.tools import JsonSchema, Tool
from tests.prompts.sample_tokenizers import byte_level_backend
from tests.prompts.splitting import TIME, TOOLS, WEATHER, split

llguidance: Any = pytest.importorskip("llguidance")

WEATHER_CALL = ("get_weather", '{"city": "서울 \\"a\\"", "days": 2}')
TIME_CALL = ("get_time", '{"zone": "UTC"}')
EVERY_FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
EVERY_KIND = pytest.mark.parametrize("markers_are", ["special tokens", "tokens", "text"])


def backend_for(family: ModelFamily, *, markers_are: str) -> Backend:
    backend = byte_level_backend()
    if markers_are == "special tokens":
        backend.add_special_tokens(list(family.markers))
    elif markers_are == "tokens":
        backend.add_tokens(list(family.markers))
    return backend


def takes(
    family: ModelFamily,
    text: str,
    *,
    tools: tuple[Tool, ...] = TOOLS,
    is_required: bool = True,
    may_be_several: bool = True,
    markers_are: str = "special tokens",
    answer_schema: JsonSchema | None = None,
) -> bool:
    """Whether the grammar lets a model write this text and end there."""
    backend = backend_for(family, markers_are=markers_are)
    grammar = tool_grammar(
        family,
        tools,
        is_required=is_required,
        may_be_several=may_be_several,
        marker_ids=Tokenizer(backend).marker_ids(family.markers),
        answer_schema=answer_schema,
    )
    end = backend.token_to_id("<|im_end|>")
    matcher = llguidance.LLMatcher(llguidance.LLTokenizer(backend.to_str(), eos_token=end), grammar)
    token_ids = backend.encode(text, add_special_tokens=False).ids
    assert not matcher.is_error(), matcher.get_error()
    return bool(matcher.validate_tokens([*token_ids, end]) == len(token_ids) + 1)


@EVERY_FAMILY
@EVERY_KIND
def test_good_calls_are_taken_and_read_as_calls(family: ModelFamily, markers_are: str) -> None:
    said = family.call_shape.written([WEATHER_CALL])
    assert takes(family, said, markers_are=markers_are)
    [call] = split(family, said).calls
    assert (call.name, call.arguments) == WEATHER_CALL
    assert call.is_whole


@EVERY_FAMILY
@EVERY_KIND
def test_several_calls_are_taken_only_where_they_may_be(
    family: ModelFamily, markers_are: str
) -> None:
    shape = family.call_shape
    said = shape.written([WEATHER_CALL, TIME_CALL])
    assert takes(family, said, markers_are=markers_are) == shape.allows_several
    assert not takes(family, said, markers_are=markers_are, may_be_several=False)


@EVERY_FAMILY
@EVERY_KIND
@pytest.mark.parametrize(
    "call",
    [
        ("get_news", '{"city": "Oslo"}'),
        ("get_time", '{"zone": "CET"}'),
        ("get_weather", '{"city": 5}'),
        ("get_weather", '{"days": 2}'),
        ("get_weather", "{}{}"),
    ],
    ids=["no such tool", "not in the enum", "wrong type", "missing", "more than an object"],
)
def test_bad_calls_are_not_taken(
    family: ModelFamily, markers_are: str, call: tuple[str, str]
) -> None:
    said = family.call_shape.written([call])
    assert not takes(family, said, markers_are=markers_are)


@EVERY_FAMILY
@EVERY_KIND
def test_text_is_taken_only_where_no_call_is_required(
    family: ModelFamily, markers_are: str
) -> None:
    said = family.call_shape.text_begin + "It is 5 < 6.\n"
    assert takes(family, said, is_required=False, markers_are=markers_are)
    assert not takes(family, said, markers_are=markers_are)


@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family not in (LLAMA, GPT_OSS)],
    ids=lambda family: family.name,
)
@EVERY_KIND
def test_a_call_after_text_must_be_good_too(family: ModelFamily, markers_are: str) -> None:
    good = "Let me look." + family.call_shape.written([TIME_CALL])
    bad = "Let me look." + family.call_shape.written([("get_time", '{"zone": "CET"}')])
    assert takes(family, good, is_required=False, markers_are=markers_are)
    assert not takes(family, bad, is_required=False, markers_are=markers_are)


@EVERY_FAMILY
@EVERY_KIND
def test_with_a_schema_for_the_answer_it_is_that_or_good_calls(
    family: ModelFamily, markers_are: str
) -> None:
    schema = {"type": "object", "properties": {"rain": {"type": "boolean"}}, "required": ["rain"]}
    begin = family.call_shape.text_begin
    expected = {
        begin + '{"rain": true}': True,
        begin + '{"rain": 5}': False,
        begin + "It rains.": False,
        family.call_shape.written([WEATHER_CALL]): True,
        family.call_shape.written([("get_time", '{"zone": "CET"}')]): False,
    }
    for said, is_taken in expected.items():
        taken = takes(
            family, said, is_required=False, markers_are=markers_are, answer_schema=schema
        )
        assert taken == is_taken, said


def test_arguments_that_nobody_described_are_not_taken_unless_the_schema_lets_them() -> None:
    said = QWEN.call_shape.written([("f", '{"a": 1}')])
    assert not takes(QWEN, said, tools=(Tool("f"), TIME))
    open_tool = Tool("f", {"type": "object", "additionalProperties": True})
    assert takes(QWEN, said, tools=(open_tool, TIME))


def test_a_named_tool_is_the_only_one() -> None:
    said = QWEN.call_shape.written([TIME_CALL])
    assert takes(QWEN, said, tools=(TIME,))
    assert not takes(QWEN, said, tools=(WEATHER,))


def test_references_in_a_schema_lead_somewhere() -> None:
    place = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    parameters = {
        "type": "object",
        "$defs": {"Place": place},
        "properties": {"place": {"$ref": "#/$defs/Place"}},
        "required": ["place"],
    }
    tools = (Tool("go_to", parameters), TIME)
    good, bad = (json.dumps({"place": {key: "Oslo"}}) for key in ("city", "town"))
    assert takes(QWEN, QWEN.call_shape.written([("go_to", good)]), tools=tools)
    assert not takes(QWEN, QWEN.call_shape.written([("go_to", bad)]), tools=tools)
