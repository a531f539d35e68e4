"""What is not honoured in /v1/responses is refused by name; the rest is let through."""

from typing import Any, get_type_hints

import pytest
from openai.types.responses.input_token_count_params import InputTokenCountParams
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)

from api.responses.schemas import ResponsesRequest
from api.responses.undone import IGNORED_HERE, REFUSED_HERE
from api.undone import IGNORED, REFUSED
from settings import ROOT
from tests.api.conftest import Api
from tests.api.responses.conftest import ask

REFUSED_VALUES: dict[str, Any] = {
    "previous_response_id": "resp_1",
    "conversation": "conv_1",
    "background": True,
    "response_format": {"type": "json_object"},
    "prompt": {"id": "pmpt_1"},
    "context_management": [{"type": "compaction"}],
    "moderation": {"model": "x"},
    "chat_template": "{{ messages }}",
}

NO_OP_VALUES: dict[str, Any] = {
    "background": False,
    "context_management": [],
    "store": True,
    "truncation": "auto",
    "max_tool_calls": 3,
    "client_metadata": {"session_id": "x"},
    "stream_options": {"include_obfuscation": True},
    "include": ["file_search_call.results"],
    "prompt_cache_retention": "24h",
    "reasoning": {"summary": "auto", "context": "all_turns"},
    "tools": [],
    "brand_new": {"deep": 1},
}


@pytest.mark.parametrize(("field", "value"), REFUSED_VALUES.items())
async def test_a_field_that_would_change_the_answer_is_refused_by_name(
    api: Api, field: str, value: Any
) -> None:
    reply = await ask(api, **{field: value})
    assert (reply.status, reply.error["code"]) == (400, "unsupported_parameter")
    assert reply.error["param"] == field
    assert api.engine.num_calls["add"] == 0


def test_every_field_that_is_refused_only_here_is_tried() -> None:
    assert REFUSED_HERE.keys() - REFUSED.keys() <= REFUSED_VALUES.keys()


@pytest.mark.parametrize(("field", "value"), NO_OP_VALUES.items())
async def test_a_value_that_does_not_change_the_answer_is_accepted(
    api: Api, field: str, value: Any
) -> None:
    reply = await ask(api, **{field: value})
    assert reply.status == 200, reply.body


async def test_null_means_absent_for_every_field(api: Api) -> None:
    names = ResponsesRequest.field_names() | REFUSED_HERE.keys() | IGNORED_HERE
    reply = await ask(api, **dict.fromkeys(names - {"model", "input"}))
    assert reply.status == 200, reply.body


@pytest.mark.parametrize(
    ("field", "value", "param"),
    [
        ("model", None, "model"),
        ("input", None, "input"),
        ("max_output_tokens", 0, "max_output_tokens"),
        ("temperature", 3, "temperature"),
        ("top_logprobs", 21, "top_logprobs"),
        ("n", 2, "n"),
        ("reasoning", {"effort": "huge"}, "reasoning.effort"),
        ("text", {"format": {"type": "xml"}}, "text.format.type"),
        ("text", {"format": {"type": "json_schema"}}, "text.format"),
        ("truncation", "sometimes", "truncation"),
        ("metadata", {"a": 1}, "metadata.a"),
        ("metadata", {f"k{n}": "v" for n in range(17)}, "metadata"),
        ("instructions", ["a"], "instructions"),
        ("min_tokens", 100_000, "min_tokens"),
    ],
)
async def test_a_wrong_value_is_refused_by_name(
    api: Api, field: str, value: Any, param: str
) -> None:
    reply = await ask(api, **{field: value})
    assert (reply.status, reply.error["param"]) == (400, param), reply.body


@pytest.mark.parametrize(
    "params",
    [
        ResponseCreateParamsNonStreaming,
        ResponseCreateParamsStreaming,
        InputTokenCountParams,
    ],
)
def test_every_field_of_the_official_client_is_honoured_refused_or_ignored(params: Any) -> None:
    fields = get_type_hints(params)
    assert len(fields) > 10
    assert fields.keys() <= ResponsesRequest.field_names() | REFUSED_HERE.keys() | IGNORED_HERE


def test_no_field_is_both_honoured_and_refused_or_ignored() -> None:
    honoured = ResponsesRequest.field_names()
    assert honoured & REFUSED_HERE.keys() == {"response_format"}, "it is text.format here"
    assert not IGNORED_HERE & REFUSED_HERE.keys()


def test_the_fields_that_are_not_honoured_only_here_are_in_the_docs() -> None:
    page = (ROOT / "docs/dialects/responses.md").read_text(encoding="utf-8")
    names = (REFUSED_HERE.keys() - REFUSED.keys()) | (IGNORED_HERE - IGNORED)
    assert not [name for name in names if f"`{name}`" not in page]
