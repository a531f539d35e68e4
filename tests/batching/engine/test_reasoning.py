"""Reasoning ends where its budget does, whatever the tokens are."""

import pytest

from batching.engine.reasoning import Reasoning
from batching.engine.sampling_params import SamplingParams, ThinkingLimit
from tests.batching.engine.sampling_reference import make_row, sample_one

BEGIN, END = (7,), (8, 9)
OPEN = ThinkingLimit(3, BEGIN, END, is_open=True)
CLOSED = ThinkingLimit(3, BEGIN, END)


def forced(limit: ThinkingLimit, generated: tuple[int, ...]) -> int | None:
    return Reasoning(limit, generated).forced_token_id


@pytest.mark.parametrize(
    ("generated", "expected"),
    [
        ((), None),
        ((1, 1), None),
        ((1, 1, 1), 8),
        ((1, 1, 1, 8), 9),
        ((1, 1, 8), 9),  # the model had begun to end it
        ((1, 1, 1, 8, 9), None),
        ((1, 8, 9, 1, 1, 1), None),
    ],
)
def test_a_spent_budget_forces_the_end_token_by_token(
    generated: tuple[int, ...], expected: int | None
) -> None:
    assert forced(OPEN, generated) == expected
    assert forced(CLOSED, (7, *generated)) == expected
    assert forced(CLOSED, generated) is None


def test_a_budget_of_nothing_ends_reasoning_at_once() -> None:
    assert forced(ThinkingLimit(0, BEGIN, END, is_open=True), ()) == 8
    assert forced(ThinkingLimit(0, BEGIN, END), ()) is None
    assert forced(ThinkingLimit(0, BEGIN, END), (7,)) == 8


def test_reasoning_that_begins_again_counts_on() -> None:
    assert forced(CLOSED, (7, 1, 8, 9, 7)) == 8


def test_a_beginning_of_several_tokens_is_found() -> None:
    limit = ThinkingLimit(1, (5, 6, 7), (9,))
    assert forced(limit, (6, 7, 1)) is None
    assert forced(limit, (5, 6, 7, 1)) == 9


@pytest.mark.parametrize("temperature", [0.0, 1e-3, 2.0])
def test_the_forced_token_is_drawn_however_unlikely_it_is(temperature: float) -> None:
    sampling = SamplingParams(
        temperature=temperature,
        thinking_limit=ThinkingLimit(0, (0,), (2,), is_open=True),
        bad_words=((2,),),
        allowed_token_ids=(0, 1),
    )
    for seed in range(10):
        row = make_row(sampling, prompt=(seed,))
        assert sample_one([30.0, 20.0, -80.0], row) == 2
