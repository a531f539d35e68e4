"""What a request rules out, at each token of an answer."""

import numpy as np
import pytest

from batching.engine.bans import BadWords
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.sampling_reference import GREEDY, make_row, sample_one


def banned(words: list[tuple[int, ...]], generated: tuple[int, ...]) -> list[int]:
    return sorted(BadWords(words, generated).banned_token_ids)


def test_a_word_of_one_token_is_always_banned() -> None:
    assert banned([(4,)], ()) == banned([(4,), (4,)], (1, 2)) == [4]


@pytest.mark.parametrize(
    ("generated", "expected"),
    [((), []), ((1,), []), ((1, 2), [3]), ((9, 1, 2), [3]), ((2, 1), []), ((1, 2, 5), [])],
)
def test_a_longer_word_is_banned_where_only_its_end_is_missing(
    generated: tuple[int, ...], expected: list[int]
) -> None:
    assert banned([(1, 2, 3)], generated) == expected


def test_words_that_end_alike_ban_their_token_once() -> None:
    assert banned([(1, 2, 3), (2, 3), (2, 4), (3,)], (1, 2)) == [3, 4]


def test_token_by_token_and_from_the_start_are_the_same() -> None:
    rng = np.random.default_rng(2)
    words = [tuple(rng.integers(0, 3, rng.integers(1, 5)).tolist()) for _ in range(6)]
    generated = tuple(rng.integers(0, 3, 40).tolist())
    grown = BadWords(words)
    for num, token_id in enumerate(generated):
        expected = {
            word[-1]
            for word in words
            if len(word) - 1 <= num and generated[num - len(word) + 1 : num] == word[:-1]
        }
        assert set(grown.banned_token_ids) == expected == set(banned(words, generated[:num]))
        grown.accept(token_id)


def test_the_prompt_begins_no_word() -> None:
    sampling = SamplingParams(temperature=0, bad_words=((1, 2),))
    logits = [0.0, 0.0, 5.0, 1.0]
    assert sample_one(logits, make_row(sampling, prompt=(1,))) == 2
    assert sample_one(logits, make_row(sampling, prompt=(0,), generated=(1,))) == 3


@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_only_what_is_allowed_comes(temperature: float) -> None:
    logits = [9.0, 8.0, 0.0, -5.0]
    for seed in range(20):
        sampling = SamplingParams(temperature=temperature, seed=seed, allowed_token_ids=(3, 2))
        assert sample_one(logits, make_row(sampling)) in (2, 3)


def test_what_is_ruled_out_comes_where_nothing_else_is_left() -> None:
    both = SamplingParams(temperature=0, allowed_token_ids=(1, 2), bad_words=((1,), (2,)))
    assert sample_one([9.0, 0.0, 1.0], make_row(both)) == 2
    stop = make_row(
        SamplingParams(temperature=0, allowed_token_ids=(1,)),
        min_tokens=1,
        stop_token_ids=frozenset({1}),
    )
    assert sample_one([0.0, 9.0, 1.0], stop) == 2


def test_a_row_that_rules_out_nothing_holds_nothing() -> None:
    row = make_row(GREEDY)
    assert (row.bad_words, row.allowed, row.reasoning) == (None, None, None)
