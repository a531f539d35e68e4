"""The sampler against a plain numpy reference, and its distribution against the exact one."""

from collections import Counter
from dataclasses import replace

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from batching.engine.counter_random import uniform_at
from batching.engine.errors import BadLogits
from batching.engine.row import Row
from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams, ThinkingLimit, TopExclusion
from tests.batching.engine.sampling_reference import (
    GREEDY,
    Logits,
    cdf_error,
    make_row,
    normal_logits,
    reference_probabilities,
    reference_token,
    sample_one,
)

VOCAB_SIZE = 32

LOGITS = st.lists(
    st.integers(-60, 60).map(lambda n: n / 8), min_size=VOCAB_SIZE, max_size=VOCAB_SIZE
)
SAMPLING = st.builds(
    SamplingParams,
    temperature=st.sampled_from([0.3, 0.7, 1.0, 1.9]),
    top_p=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    top_k=st.sampled_from([0, 1, 5, 40]),
    min_p=st.sampled_from([0.0, 0.05, 0.5]),
    seed=st.integers(0, 2**64 - 1),
)


@settings(deadline=None)
@given(logits=LOGITS, sampling=SAMPLING)
def test_a_draw_is_the_references_draw(logits: Logits, sampling: SamplingParams) -> None:
    expected = reference_token(logits, sampling)
    assume(expected is not None)
    assert sample_one(logits, make_row(sampling)) == expected


@settings(deadline=None, max_examples=40)
@given(logits=st.lists(LOGITS, min_size=2, max_size=5), samplings=st.data())
def test_a_row_is_drawn_the_same_alone_and_in_a_batch(
    logits: list[Logits], samplings: st.DataObject
) -> None:
    rows = [make_row(samplings.draw(SAMPLING | st.just(GREEDY))) for _ in logits]
    together = sample(mx.array(logits), rows).read()
    assert together == [
        sample_one(row_logits, row) for row_logits, row in zip(logits, rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("sampling", "num_kept"),
    [
        (SamplingParams(temperature=1.0, top_p=0.5), range(1, 512)),
        (SamplingParams(temperature=1.2, top_p=0.8), range(513, 4097)),
        (SamplingParams(temperature=1.9, top_p=0.95), range(4097, 32_769)),
        (SamplingParams(temperature=20.0, top_p=0.99), range(32_769, 40_001)),
        (SamplingParams(temperature=1.9, min_p=0.01), range(513, 4097)),
        (SamplingParams(temperature=1.9, top_p=0.97, min_p=0.001), range(4097, 32_769)),
        (SamplingParams(temperature=1.9, top_k=500, top_p=0.99), range(1, 501)),
        (SamplingParams(temperature=1.9, top_k=3000, min_p=0.002), range(513, 3001)),
        (SamplingParams(temperature=5.0, top_k=39_999, top_p=0.99), range(32_769, 40_000)),
        (SamplingParams(temperature=1.3), range(39_000, 40_001)),
    ],
)
def test_a_nucleus_of_any_size_is_drawn_from_exactly(
    sampling: SamplingParams, num_kept: range
) -> None:
    # The ranges are the sampler's windows: each row ends in another one.
    logits = normal_logits(40_000, 3.0)
    kept = reference_probabilities(logits, sampling)
    assert len(kept) in num_kept
    rows = [make_row(replace(sampling, seed=seed)) for seed in range(24)]
    drawn = sample(mx.array([logits] * 24), rows).read()
    errors = [cdf_error(kept, token_id, uniform_at(i, 0)) for i, token_id in enumerate(drawn)]
    assert max(errors) < 1e-5


@pytest.mark.parametrize(
    "sampling",
    [
        SamplingParams(),
        SamplingParams(temperature=0.6, top_p=0.9),
        SamplingParams(temperature=1.5, top_k=6, min_p=0.05),
    ],
)
def test_tokens_come_as_often_as_their_probability_says(sampling: SamplingParams) -> None:
    # 20,000 draws, 500 positions of each of 40 seeds; chi-square at p = 1e-4 for at most 31
    # degrees of freedom is 69. Classes with an expectation below 5 are left out.
    logits = normal_logits(VOCAB_SIZE, 1.5)
    rows = [make_row(sampling, generated=(1,) * position) for position in range(500)]
    counts: Counter[int] = Counter()
    for seed in range(40):
        for row in rows:
            row.sampling = replace(sampling, seed=seed)
        counts.update(sample(mx.array([logits] * 500), rows).read())
    expected = {t: p * 20_000 for t, p in reference_probabilities(logits, sampling).items()}
    assert counts.keys() <= expected.keys()
    assert sum((counts[t] - e) ** 2 / e for t, e in expected.items() if e >= 5) < 69


def test_a_nucleus_beyond_the_window_has_the_exact_distribution() -> None:
    # 4,000 draws in 20 bins of neighbouring ranks, about equally likely; chi-square at p = 1e-4
    # for 19 degrees of freedom is 52. Half of the nucleus lies beyond the first window.
    sampling = SamplingParams(temperature=1.5, top_p=0.9)
    logits = normal_logits(2048, 2.0)
    exact = reference_probabilities(logits, sampling)
    assert len(exact) > 900
    upper = np.cumsum(list(exact.values()))
    bin_of = {token_id: int(at * 20 - 1e-9) for token_id, at in zip(exact, upper, strict=True)}
    expected = np.zeros(20)
    for token_id, probability in exact.items():
        expected[bin_of[token_id]] += probability * 4_000
    counts = np.zeros(20)
    for start in range(0, 4_000, 500):
        rows = [make_row(replace(sampling, seed=seed)) for seed in range(start, start + 500)]
        for token_id in sample(mx.array([logits] * 500), rows).read():
            counts[bin_of[token_id]] += 1
    assert float(((counts - expected) ** 2 / expected).sum()) < 52


def mixture() -> list[Row]:
    """Rows of every kind, in an order that separates the kinds."""
    generated = (7, 7, 2900)
    kinds = [
        GREEDY,
        SamplingParams(seed=1),
        SamplingParams(seed=2, temperature=0.5, top_k=20, top_p=0.8),
        SamplingParams(seed=3, temperature=0.7, top_p=0.9),
        SamplingParams(seed=4, temperature=1.9, top_p=0.99),  # beyond the window
        SamplingParams(seed=5, min_p=0.1),
        SamplingParams(seed=6, temperature=0.8, top_k=700, top_p=0.95),
        SamplingParams(seed=7, repetition_penalty=1.3, frequency_penalty=0.4),
        SamplingParams(seed=8, top_p=0.9, presence_penalty=1.5, logit_bias=((5, 3.0),)),
        replace(GREEDY, repetition_penalty=1.7, top_logprobs=3),
        SamplingParams(seed=9, min_p=0.02, exclusion=TopExclusion(1.0, 0.1, (7,))),
        SamplingParams(seed=10, exclusion=TopExclusion(0.5, 0.02), bad_words=((7, 2900, 5), (4,))),
        SamplingParams(seed=11, top_p=0.9, allowed_token_ids=tuple(range(50))),
        SamplingParams(seed=12, top_k=9, repetition_penalty=1.5, repetition_window=2),
        SamplingParams(seed=13, thinking_limit=ThinkingLimit(3, (1,), (2999,), is_open=True)),
    ]
    rows = [
        make_row(kind, generated=generated, min_tokens=5, stop_token_ids=frozenset({3, 5000}))
        for kind in kinds + kinds[::-1]
    ]
    return [rows[index] for index in range(0, 30, 2)] + [rows[index] for index in range(1, 30, 2)]


@pytest.mark.parametrize("dtype", [mx.float32, mx.bfloat16])
def test_no_mixture_of_batch_mates_changes_a_rows_token(dtype: mx.Dtype) -> None:
    rows = mixture()
    logits = mx.random.normal((len(rows), 3000), scale=4.0, key=mx.random.key(3)).astype(dtype)
    together = sample(logits, rows).read()
    alone = [sample(logits[i : i + 1], [row]).read()[0] for i, row in enumerate(rows)]
    assert alone == together
    rng = np.random.default_rng(5)
    for num_rows in range(2, len(rows)):
        chosen = [int(index) for index in rng.permutation(len(rows))[:num_rows]]
        drawn = sample(logits[mx.array(chosen)], [rows[index] for index in chosen]).read()
        assert drawn == [together[index] for index in chosen]


def test_greedy_takes_the_best_and_of_equals_the_first() -> None:
    assert sample_one([0.0, 3.0, 1.0, 3.0], make_row(GREEDY)) == 1
    scattered = [0.0] * 5000
    for token_id in (4999, 2047, 2048, 130):
        scattered[token_id] = 3.0
    assert sample_one(scattered, make_row(GREEDY)) == 130


@pytest.mark.parametrize("sampling", [SamplingParams(), SamplingParams(top_k=4096)])
def test_equal_logits_are_drawn_in_the_order_of_their_ids(sampling: SamplingParams) -> None:
    # With 4,096 equal tokens, the best of 5,000, the draw reads off the uniform itself.
    row = make_row(replace(sampling, seed=9))
    logits = [-1000.0] * 904 + [0.0] * 4096
    assert sample_one(logits, row) == 904 + int(uniform_at(9, 0) * 4096)


def test_equal_logits_at_the_edge_of_top_k_are_kept_in_the_order_of_their_ids() -> None:
    row = make_row(SamplingParams(top_k=20))
    drawn = set()
    for seed in range(300):
        row.sampling = replace(row.sampling, seed=seed)
        drawn.add(sample_one([0.0] * 2000, row))
    assert drawn == set(range(20))


@pytest.mark.parametrize(
    "sampling",
    [
        SamplingParams(top_p=0.0),
        SamplingParams(top_p=1e-6),
        SamplingParams(top_k=1),
        SamplingParams(min_p=1.0),
        SamplingParams(top_k=5, top_p=1e-6, min_p=0.99),
    ],
)
def test_the_narrowest_filters_keep_the_most_likely_token(sampling: SamplingParams) -> None:
    for seed in range(20):
        row = make_row(replace(sampling, seed=seed))
        assert sample_one([0.1, 0.2, 0.0], row) == 1
        assert sample_one([0.1] * 700 + [0.2] + [0.0] * 700, row) == 700


@pytest.mark.parametrize("temperature", [1e-4, 1e-30, 5e-324])
def test_a_low_temperature_takes_the_best_and_does_not_overflow(temperature: float) -> None:
    row = make_row(SamplingParams(temperature=temperature, seed=3))
    assert sample_one([-1000.0, 500.0, 499.0], row) == 1


def test_a_high_temperature_draws_what_is_allowed_only() -> None:
    logits = [-float("inf")] * 900 + [1.0, 0.0]
    for seed in range(20):
        for top_p in (1.0, 0.999):
            row = make_row(SamplingParams(temperature=100.0, top_p=top_p, seed=seed))
            assert sample_one(logits, row) in (900, 901)


def test_another_seed_and_another_position_draw_anew() -> None:
    logits = [0.0] * VOCAB_SIZE
    by_seed = {sample_one(logits, make_row(SamplingParams(seed=seed))) for seed in range(50)}
    by_position = {
        sample_one(logits, make_row(SamplingParams(seed=1), generated=(0,) * n)) for n in range(50)
    }
    assert len(by_seed) > 10
    assert len(by_position) > 10


@pytest.mark.parametrize(
    "sampling",
    [GREEDY, SamplingParams(), SamplingParams(top_k=1), SamplingParams(top_p=0.9)],
)
@pytest.mark.parametrize("num_logits", [2, 3000])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_unusable_logits_are_an_error_that_names_the_rows(
    sampling: SamplingParams, num_logits: int, bad: float
) -> None:
    # One NaN or +inf is enough; -inf is bad when there is nothing else.
    others = bad if bad < 0 else 1.0
    rows = [make_row(sampling, sequence_id=name) for name in ("good", "bad", "fine")]
    good = normal_logits(num_logits, 2.0)
    draw = sample(mx.array([good, [bad] + [others] * (num_logits - 1), good]), rows)
    with pytest.raises(BadLogits) as caught:
        draw.read()
    assert caught.value.sequence_ids == ("bad",)
    assert draw.token_ids[1].item() == 0


def test_when_only_stop_tokens_exist_min_tokens_is_an_error_not_a_stop() -> None:
    row = make_row(GREEDY, min_tokens=1, stop_token_ids=frozenset({0, 1}))
    with pytest.raises(BadLogits):
        sample_one([1.0, 2.0], row)
