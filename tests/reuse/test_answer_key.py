"""Whatever may change an answer changes its key, and what cannot does not."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llguidance import LLMatcher

from batching.engine.grammar import CompiledGrammar
from batching.engine.protocol import PrefixUse
from batching.engine.sampling_params import SamplingParams, ThinkingLimit, TopExclusion
from batching.messages import StopRules, Submit
from reuse.answer_key import AnswerRequest, answer_key

BASE = Submit("a", (1, 2, 3), SamplingParams(temperature=0.5), StopRules(9))


def grammar(**changes: Any) -> CompiledGrammar:
    start = cast(LLMatcher, None)  # the key does not look at it
    return replace(CompiledGrammar(start, 8, frozenset({0}), b"digest"), **changes)


OTHER_VALUES: dict[type, dict[str, list[Any]]] = {
    SamplingParams: {
        "temperature": [0.0, 0.5000001, 1.0],
        "top_p": [0.9],
        "top_k": [1],
        "min_p": [0.1],
        "seed": [1, -1],
        "frequency_penalty": [0.1],
        "presence_penalty": [0.1],
        "repetition_penalty": [1.1],
        "repetition_window": [1],
        "logit_bias": [((1, 1.0),), ((1, -1.0),)],
        "bad_words": [((1,),), ((1, 2),), ((1,), (2,))],
        "allowed_token_ids": [(1,), (1, 2)],
        "exclusion": [TopExclusion(0.5, 0.1), TopExclusion(0.5, 0.1, (1,))],
        "thinking_limit": [ThinkingLimit(1, (1,), (2,)), ThinkingLimit(1, (1,), (2,), True)],
        "top_logprobs": [0, 5],
        "prompt_logprobs": [True],
    },
    StopRules: {
        "max_tokens": [8],
        "min_tokens": [1],
        "stop_token_ids": [frozenset({1}), frozenset({1, 2})],
    },
    Submit: {
        "prompt_token_ids": [(1, 2), (1, 2, 4), (12, 3)],
        "grammar": [
            grammar(),
            grammar(source_digest=b"other"),
            grammar(begins_after=(1,)),
            grammar(postponed_by=1),
        ],
        "prefix_use": [PrefixUse(salt=1), PrefixUse(allowed=False)],
        "input_lengths": [(1, 2)],
    },
}
"""Of every field that may change an answer, values that are not the base's."""

OF_NO_CONSEQUENCE: dict[type, dict[str, Any]] = {
    Submit: {"sequence_id": "b", "client": "nas", "priority": "batch", "is_streamed": False}
}
IN_PARTS = {"sampling", "stop_rules"}
"""Fields of Submit whose own fields are above."""


def key(submit: Submit, *, scope: str = "model", **about: Any) -> bytes:
    return answer_key(AnswerRequest(submit, **about), scope=scope)


def changed(kind: type, field: str, value: Any) -> Submit:
    if kind is Submit:
        return replace(BASE, **{field: value})
    part = "sampling" if kind is SamplingParams else "stop_rules"
    return replace(BASE, **{part: replace(getattr(BASE, part), **{field: value})})


@pytest.mark.parametrize("kind", OTHER_VALUES)
def test_of_every_field_it_is_decided_whether_it_changes_the_key(kind: type) -> None:
    assert is_dataclass(kind)
    decided = {*OTHER_VALUES[kind], *OF_NO_CONSEQUENCE.get(kind, {})}
    assert {field.name for field in fields(kind)} - IN_PARTS == decided


def test_no_two_requests_that_differ_in_a_field_have_one_key() -> None:
    others = [
        changed(kind, field, value)
        for kind, of_kind in OTHER_VALUES.items()
        for field, values in of_kind.items()
        for value in values
    ]
    keys = [key(BASE), *map(key, others)]
    assert len(set(keys)) == len(keys)


@given(st.data())
def test_any_two_changes_have_keys_of_their_own(data: st.DataObject) -> None:
    places = [(kind, field) for kind, of_kind in OTHER_VALUES.items() for field in of_kind]
    submits = []
    for _ in range(2):
        kind, field = data.draw(st.sampled_from(places))
        submits.append(changed(kind, field, data.draw(st.sampled_from(OTHER_VALUES[kind][field]))))
    first, second = submits
    assert (key(first) == key(second)) == (first == second)


@pytest.mark.parametrize("field", OF_NO_CONSEQUENCE[Submit])
def test_who_asks_and_how_changes_nothing(field: str) -> None:
    other = replace(BASE, **{field: OF_NO_CONSEQUENCE[Submit][field]})
    assert key(other) == key(BASE)


def test_model_owner_and_end_of_text_are_part_of_the_key() -> None:
    keys = {
        key(BASE),
        key(BASE, scope="other model"),
        key(BASE, owner="somebody"),
        key(BASE, text_end="stop strings"),
    }
    assert len(keys) == 4


def test_a_greedy_answer_does_not_depend_on_the_seed() -> None:
    greedy = [changed(SamplingParams, "temperature", 0.0) for _ in range(2)]
    greedy[1] = replace(greedy[1], sampling=replace(greedy[1].sampling, seed=5))
    assert key(greedy[0]) == key(greedy[1])


def test_the_order_of_stop_tokens_does_not_matter() -> None:
    # 8 and 0 fall into one place of a small hash table: the set's own order is that of arrival.
    sets = [frozenset([8, 0]), frozenset([0, 8])]
    assert len({key(changed(StopRules, "stop_token_ids", each)) for each in sets}) == 1


def test_only_a_seed_or_temperature_zero_promises_the_same_answer() -> None:
    greedy = changed(SamplingParams, "temperature", 0)
    assert AnswerRequest(greedy).is_deterministic
    assert AnswerRequest(BASE, has_seed=True).is_deterministic
    assert not AnswerRequest(BASE).is_deterministic
