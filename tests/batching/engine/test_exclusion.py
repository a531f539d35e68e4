"""XTC against a plain loop, and whom it must leave alone."""

from collections import Counter
from dataclasses import replace

import mlx.core as mx
import pytest

from batching.engine.counter_random import uniform_at
from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams, TopExclusion
from tests.batching.engine.sampling_reference import (
    cdf_error,
    make_row,
    normal_logits,
    reference_probabilities,
    sample_one,
)

ALWAYS = TopExclusion(1.0, 0.05)
CLEAR = [4.0, 3.0, 2.0, 0.0, -3.0]
"""Of all, 0.66, 0.24 and 0.09, and little: at a threshold of 0.05 three are above it."""


@pytest.mark.parametrize("exempt", [(), (3, 9), (0, 1, 2, 3, 4, 5)])
@pytest.mark.parametrize("threshold", [0.0, 0.01, 0.05, 0.3, 0.5])
@pytest.mark.parametrize(
    "sampling",
    [
        SamplingParams(),
        SamplingParams(temperature=1.5, min_p=0.02),
        SamplingParams(temperature=0.7, top_p=0.9),
        SamplingParams(top_k=20, top_p=0.95),
    ],
)
def test_a_draw_is_from_what_the_exclusion_leaves(
    sampling: SamplingParams, threshold: float, exempt: tuple[int, ...]
) -> None:
    sampling = replace(sampling, exclusion=TopExclusion(1.0, threshold, exempt))
    logits = normal_logits(800, 2.5)
    for token_id in range(6):
        logits[token_id] = 7.0 + token_id / 4
    kept = reference_probabilities(logits, sampling, excludes_top=True)
    rows = [make_row(replace(sampling, seed=seed)) for seed in range(16)]
    drawn = sample(mx.array([logits] * 16), rows).read()
    errors = [cdf_error(kept, token_id, uniform_at(i, 0)) for i, token_id in enumerate(drawn)]
    assert max(errors) < 1e-5


def test_of_the_top_choices_the_least_likely_stays() -> None:
    sampling = SamplingParams(exclusion=ALWAYS)
    drawn = {sample_one(CLEAR, make_row(replace(sampling, seed=seed))) for seed in range(60)}
    assert drawn == {2, 3}  # token 4 has a thousandth


def test_exempt_tokens_are_never_excluded() -> None:
    sampling = SamplingParams(exclusion=replace(ALWAYS, exempt=(0,)))
    drawn = Counter(sample_one(CLEAR, make_row(replace(sampling, seed=seed))) for seed in range(60))
    assert drawn.keys() == {0, 2, 3} or drawn.keys() == {0, 2}
    assert drawn[0] > drawn[2]


def test_one_top_choice_alone_is_not_excluded() -> None:
    assert sample_one([9.0, 0.0, 0.0], make_row(SamplingParams(exclusion=ALWAYS))) == 0


def test_greedy_rows_exclude_nothing() -> None:
    assert sample_one(CLEAR, make_row(SamplingParams(temperature=0, exclusion=ALWAYS))) == 0


def test_it_happens_as_often_as_its_probability_says() -> None:
    # 2,000 positions: four standard deviations of a binomial with p = 0.3 are 82.
    sampling = SamplingParams(seed=5, exclusion=TopExclusion(0.3, 0.05))
    row = make_row(sampling)
    num_excluding = 0
    for _ in range(2000):
        num_excluding += row.excludes_top
        row.append(1)
    assert abs(num_excluding - 600) < 82


def test_it_is_decided_apart_from_the_draw() -> None:
    # Where the uniform that draws is low as often as high among excluding steps: 4 deviations.
    row = make_row(SamplingParams(seed=5, exclusion=TopExclusion(0.5, 0.05)))
    uniforms = []
    for position in range(2000):
        if row.excludes_top:
            uniforms.append(uniform_at(5, position))
        row.append(1)
    num_low = sum(uniform < 0.5 for uniform in uniforms)
    assert abs(num_low - len(uniforms) / 2) < 2 * len(uniforms) ** 0.5
