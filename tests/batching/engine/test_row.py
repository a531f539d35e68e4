"""A row's arrays: grown token by token they are what they would be from the start."""

from dataclasses import replace

import mlx.core as mx

from batching.engine.row import Row
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.sampling_reference import GREEDY, make_row

PENALTIES = SamplingParams(
    frequency_penalty=0.5,
    presence_penalty=0.25,
    repetition_penalty=1.2,
    logit_bias=((4, 1.5), (9, -1.0)),
)


def shifts(row: Row) -> dict[int, float]:
    return dict(zip(row.shifts.token_ids, row.shifts.values, strict=True))


def seen(row: Row) -> list[int]:
    assert row.seen is not None
    joined = mx.concatenate(row.seen.parts()).tolist()
    return sorted(joined)  # type: ignore[arg-type]


def test_a_row_counts_what_is_appended_like_what_it_was_resumed_with() -> None:
    tokens = (4, 7, 4, 2, 7, 4)
    grown = make_row(PENALTIES, prompt=(2, 3))
    for token_id in tokens:
        grown.append(token_id)
    resumed = make_row(PENALTIES, prompt=(2, 3), generated=tokens)
    assert shifts(grown) == shifts(resumed)
    assert seen(grown) == seen(resumed) == [2, 3, 4, 7]
    assert (grown.num_generated, grown.last_token_id) == (6, 4)
    assert (resumed.num_generated, resumed.last_token_id) == (6, 4)


def test_a_shift_is_the_bias_less_the_penalties() -> None:
    row = make_row(PENALTIES, prompt=(2, 4), generated=(4, 7, 4))
    # 4: biased, generated twice; 9: biased only; 7: generated once; 2: only in the prompt
    assert shifts(row) == {4: 1.5 - 2 * 0.5 - 0.25, 9: -1.0, 7: -0.5 - 0.25}


def test_a_token_biased_twice_gains_both() -> None:
    assert shifts(make_row(SamplingParams(logit_bias=((3, 1.0), (3, 0.5))))) == {3: 1.5}


def test_a_row_without_adjustments_holds_nothing() -> None:
    row = make_row(GREEDY, prompt=tuple(range(100)), generated=(5, 6))
    row.append(7)
    assert shifts(row) == {}
    assert row.seen is None
    assert row.forbidden_token_ids == ()


def test_a_long_prompt_is_handed_over_once() -> None:
    row = make_row(PENALTIES, prompt=tuple(range(50_000)))
    assert row.seen is not None
    [prompt] = row.seen.parts()
    row.append(3)  # seen before
    row.append(60_000)
    again, later = row.seen.parts()
    assert again is prompt
    assert later.tolist() == [60_000]
    assert len(row.shifts.token_ids) == 4  # two biased, two generated


def test_a_repetition_window_holds_the_last_tokens_only() -> None:
    sampling = replace(PENALTIES, repetition_window=3)
    row = make_row(sampling, prompt=(1, 2, 3), generated=(4,))
    assert seen(row) == [2, 3, 4]
    for token_id in (3, 3, 3, 9):
        row.append(token_id)
    assert seen(row) == seen(make_row(sampling, prompt=(5, 3), generated=(3, 9))) == [3, 9]


def test_stop_tokens_are_forbidden_until_min_tokens_are_there() -> None:
    row = make_row(GREEDY, generated=(1,), min_tokens=2, stop_token_ids=frozenset({9, 3}))
    assert list(row.forbidden_token_ids) == [3, 9]
    row.append(1)
    assert list(row.forbidden_token_ids) == []
