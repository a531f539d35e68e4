"""What is not honoured is refused by name; what does not change the answer is let through."""

from typing import Any, get_type_hints

import pytest
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)

from api.chat_schemas import ChatRequest
from api.undone import IGNORED, REFUSED
from tests.api.conftest import Api

REFUSED_VALUES: list[tuple[str, Any]] = [
    ("best_of", 2),
    ("modalities", ["text", "audio"]),
    ("audio", {"voice": "alloy"}),
    ("web_search_options", {}),
    ("moderation", {}),
    ("chat_template", "{{ messages }}"),
    ("documents", [{"text": "x"}]),
    ("typical_p", 0.9),
    ("tfs_z", 0.9),
    ("mirostat", 2),
    ("dry_multiplier", 0.8),
    ("adapters", "/etc/passwd"),
    ("return_tokens_as_token_ids", True),
    ("prompt_logprobs", 1),
    ("logprob_token_ids", [5]),
    ("prompt_embeds", "AAAA"),
    ("truncate_prompt_tokens", 100),
    ("use_beam_search", True),
]

NO_OP_VALUES: dict[str, Any] = {
    "n": 1,
    "best_of": 1,
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "functions": [],
    "function_call": "none",
    "response_format": {"type": "text"},
    "logprobs": False,
    "top_logprobs": 0,
    "modalities": ["text"],
    "structured_outputs": {},
    "guided_regex": "",
    "guided_choice": [],
    "grammar": "",
    "chat_template_kwargs": {},
    "echo": False,
    "continue_final_message": False,
    "add_generation_prompt": True,
    "stop_token_ids": [],
    "include_stop_str_in_output": False,
    "skip_special_tokens": True,
    "bad_words": [],
    "xtc_probability": 0,
    "typical_p": 1.0,
    "tfs_z": 1,
    "mirostat": 0,
    "dry_multiplier": 0.0,
    "return_token_ids": False,
}

IGNORED_VALUES: dict[str, Any] = {
    "metadata": {"key": "value"},
    "store": True,
    "user": "somebody",
    "safety_identifier": "hash",
    "verbosity": "low",
    "prediction": {"type": "content", "content": "x"},
    "prompt_cache_key": "key",
    "prompt_cache_options": {"mode": "implicit"},
    "prompt_cache_retention": "24h",
    "keep_alive": "5m",
    "draft_model": "/etc/passwd",
    "provider": {"order": []},
}


@pytest.mark.parametrize(("field", "value"), REFUSED_VALUES)
async def test_a_field_that_would_change_the_answer_is_refused_by_name(
    api: Api, field: str, value: Any
) -> None:
    reply = await api.chat(**{field: value})
    assert (reply.status, reply.error["code"]) == (400, "unsupported_parameter")
    assert reply.error["param"] == field
    assert f"'{field}'" in reply.error["message"]
    assert api.engine.num_calls["add"] == 0


def test_every_refused_field_is_tried_here() -> None:
    assert {field for field, _ in REFUSED_VALUES} == set(REFUSED)


@pytest.mark.parametrize(("field", "value"), NO_OP_VALUES.items())
async def test_a_value_that_means_nothing_is_accepted(api: Api, field: str, value: Any) -> None:
    assert (await api.chat(**{field: value})).status == 200


@pytest.mark.parametrize("value", ["1", True, 1.5])
async def test_a_value_of_the_wrong_type_is_no_no_op(api: Api, value: Any) -> None:
    assert (await api.chat(n=value)).status == 400


async def test_fields_that_do_not_change_the_answer_are_ignored(api: Api) -> None:
    api.will_say("Hearth answers.")
    assert (await api.chat(**IGNORED_VALUES)).text == "Hearth answers."


async def test_fields_that_nobody_knows_are_ignored(api: Api) -> None:
    api.will_say("Hearth answers.")
    reply = await api.chat(brand_new={"deep": [1, {"x": None}]}, **{"": 1, "x" * 1000: 2})
    assert reply.text == "Hearth answers."


async def test_null_means_absent_for_every_field(api: Api) -> None:
    names = (ChatRequest.field_names() | REFUSED.keys() | IGNORED) - {"model", "messages"}
    reply = await api.chat(**dict.fromkeys(names))
    assert reply.status == 200


def test_every_field_of_the_official_client_is_honoured_refused_or_ignored() -> None:
    fields = get_type_hints(CompletionCreateParamsNonStreaming)
    fields |= get_type_hints(CompletionCreateParamsStreaming)
    assert len(fields) > 30
    assert fields.keys() <= ChatRequest.field_names() | REFUSED.keys() | IGNORED


def test_no_field_is_both_honoured_and_refused_or_ignored() -> None:
    honoured = ChatRequest.field_names()
    assert not honoured & REFUSED.keys()
    assert not honoured & IGNORED
    assert not IGNORED & REFUSED.keys()
