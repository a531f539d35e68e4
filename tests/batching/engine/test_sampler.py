"""The sampler against a plain numpy reference, and its distribution against the exact one."""

from collections import Counter
from dataclasses import replace

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batching.engine.counter_random import uniform_at
from batching.engine.errors import BadLogits
from batching.engine.protocol import EngineSequence, SamplingParams
from batching.engine.sampler import Row, sample

VOCAB_SIZE = 32
GREEDY = SamplingParams(temperature=0)

Logits = list[float]


def make_row(
    sampling: SamplingParams,
    *,
    prompt: tuple[int, ...] = (0,),
    generated: tuple[int, ...] = (),
    min_tokens: int = 0,
    stop_token_ids: frozenset[int] = frozenset(),
    sequence_id: str = "a",
) -> Row:
    return Row(
        EngineSequence(
            sequence_id,
            prompt + generated,
            len(prompt),
            sampling,
            min_tokens=min_tokens,
            stop_token_ids=stop_token_ids,
        )
    )


def sample_one(logits: Logits, row: Row) -> int:
    return sample(mx.array([logits], dtype=mx.float32), [row]).read()[0]


def reference_probabilities(logits: Logits, sampling: SamplingParams) -> dict[int, float]:
    """Token → probability, most likely first; one filter after the other, in float64."""
    scaled = np.array(logits, dtype=np.float64) / sampling.temperature
    order = sorted(range(len(logits)), key=lambda token_id: (-scaled[token_id], token_id))
    kept = order[: sampling.top_k or len(order)]
    weights = np.exp(scaled[kept] - scaled[kept[0]])
    probabilities = weights / weights.sum()
    before = np.cumsum(probabilities) - probabilities
    is_kept = (before < sampling.top_p) & (probabilities >= sampling.min_p * probabilities[0])
    is_kept[0] = True
    probabilities = np.where(is_kept, probabilities, 0)
    probabilities /= probabilities.sum()
    return {token_id: float(p) for token_id, p in zip(kept, probabilities, strict=True) if p > 0}


def is_near_a_border(logits: Logits, sampling: SamplingParams) -> bool:
    """Whether float32 may rightly decide otherwise than the reference."""
    kept = reference_probabilities(logits, sampling)
    unfiltered = reference_probabilities(
        logits, SamplingParams(temperature=sampling.temperature, top_k=sampling.top_k)
    )
    values = np.array(list(unfiltered.values()))
    borders = np.concatenate(
        [
            np.cumsum(values) - sampling.top_p,
            values - sampling.min_p * values[0],
            np.cumsum(list(kept.values())) - uniform_at(sampling.seed, 0),
        ]
    )
    return bool(np.abs(borders).min() < 1e-4)


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
    if is_near_a_border(logits, sampling):
        return
    kept = reference_probabilities(logits, sampling)
    cumulative = np.cumsum(list(kept.values()))
    rank = int(np.sum(cumulative <= uniform_at(sampling.seed, 0)))
    assert sample_one(logits, make_row(sampling)) == list(kept)[rank]


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
    logits = [float(x) for x in np.random.default_rng(1).normal(0, 1.5, VOCAB_SIZE)]
    counts: Counter[int] = Counter()
    for seed in range(40):
        rows = [
            make_row(replace(sampling, seed=seed), generated=(1,) * position)
            for position in range(500)
        ]
        counts.update(sample(mx.array([logits] * 500), rows).read())
    expected = {t: p * 20_000 for t, p in reference_probabilities(logits, sampling).items()}
    assert counts.keys() <= expected.keys()
    assert sum((counts[t] - e) ** 2 / e for t, e in expected.items() if e >= 5) < 69


def test_greedy_takes_the_best_and_of_equals_the_first() -> None:
    assert sample_one([0.0, 3.0, 1.0, 3.0], make_row(GREEDY)) == 1


def test_equal_logits_are_drawn_in_the_order_of_their_ids() -> None:
    # With 4,096 equal tokens the draw reads off the uniform itself, if the sort is stable.
    row = make_row(SamplingParams(seed=9))
    assert sample_one([0.0] * 4096, row) == int(uniform_at(9, 0) * 4096)


def test_top_p_zero_keeps_the_most_likely_token() -> None:
    for seed in range(20):
        assert sample_one([0.1, 0.2, 0.0], make_row(SamplingParams(top_p=0.0, seed=seed))) == 1


@pytest.mark.parametrize("temperature", [1e-4, 1e-30, 5e-324])
def test_a_low_temperature_takes_the_best_and_does_not_overflow(temperature: float) -> None:
    row = make_row(SamplingParams(temperature=temperature, seed=3))
    assert sample_one([-1000.0, 500.0, 499.0], row) == 1


def test_another_seed_and_another_position_draw_anew() -> None:
    logits = [0.0] * VOCAB_SIZE
    by_seed = {sample_one(logits, make_row(SamplingParams(seed=seed))) for seed in range(50)}
    by_position = {
        sample_one(logits, make_row(SamplingParams(seed=1), generated=(0,) * n)) for n in range(50)
    }
    assert len(by_seed) > 10
    assert len(by_position) > 10


@pytest.mark.parametrize("temperature", [0.0, 1e-3])
def test_penalties_lower_what_was_generated_by_the_documented_amounts(temperature: float) -> None:
    def choice(logits: Logits, **penalties: float) -> int:
        sampling = SamplingParams(temperature=temperature, **penalties)  # type: ignore[arg-type]
        return sample_one(logits, make_row(sampling, prompt=(0,), generated=(1, 1, 2)))

    # frequency: token 1 twice, so minus 2 x 0.5; the prompt's token 0 is not counted
    assert choice([0.0, 3.9, 3.0], frequency_penalty=0.5) == 1  # 2.9 against 2.5
    assert choice([0.0, 3.4, 3.0], frequency_penalty=0.5) == 2  # 2.4 against 2.5
    assert choice([2.6, 3.4, 3.0], frequency_penalty=0.5) == 0
    # presence: once, however often it came
    assert choice([2.0, 3.4, 3.0], presence_penalty=1.0) == 1
    assert choice([2.5, 3.4, 3.0], presence_penalty=1.0) == 0
    # repetition: positive logits divided, negative ones multiplied, the prompt's too
    assert choice([4.0, 3.9, 3.0, 2.1], repetition_penalty=2.0) == 3
    assert choice([-1.0, -1.1, -1.2, -1.9], repetition_penalty=2.0) == 3
    assert choice([-0.9, -1.1, -1.2, -1.9], repetition_penalty=2.0) == 0


@pytest.mark.parametrize("temperature", [0.0, 1e-3])
def test_bias_and_min_tokens_hold_for_greedy_and_sampled_rows(temperature: float) -> None:
    biased = SamplingParams(temperature=temperature, logit_bias=((2, 5.0), (1, -100.0)))
    assert sample_one([1.0, 3.0, 0.0], make_row(biased)) == 2
    plain = SamplingParams(temperature=temperature)
    stops = frozenset({1, 2, 999})  # 999 is outside the vocabulary and must not matter
    early = make_row(plain, generated=(0,), min_tokens=2, stop_token_ids=stops)
    assert sample_one([1.0, 3.0, 2.0], early) == 0
    late = make_row(plain, generated=(0, 0), min_tokens=2, stop_token_ids=stops)
    assert sample_one([1.0, 3.0, 2.0], late) == 1


@pytest.mark.parametrize("sampling", [GREEDY, SamplingParams()])
@pytest.mark.parametrize("bad", [[float("nan"), 1.0], [float("inf"), 1.0], [-float("inf")] * 2])
def test_unusable_logits_are_an_error_that_names_the_rows(
    sampling: SamplingParams, bad: Logits
) -> None:
    rows = [make_row(sampling, sequence_id=name) for name in ("good", "bad")]
    with pytest.raises(BadLogits) as caught:
        sample(mx.array([[1.0, 2.0], bad]), rows).read()
    assert caught.value.sequence_ids == ("bad",)


def test_when_only_stop_tokens_exist_min_tokens_is_an_error_not_a_stop() -> None:
    row = make_row(GREEDY, min_tokens=1, stop_token_ids=frozenset({0, 1}))
    with pytest.raises(BadLogits):
        sample_one([1.0, 2.0], row)


def test_a_row_counts_what_is_appended_like_what_it_was_resumed_with() -> None:
    sampling = SamplingParams(temperature=0, frequency_penalty=1.0, repetition_penalty=1.2)
    grown = make_row(sampling)
    grown.append(1)
    grown.append(1)
    resumed = make_row(sampling, generated=(1, 1))
    logits = mx.array([1.0, 9.0, 2.0])
    assert grown.adjust(logits + 0).tolist() == resumed.adjust(logits + 0).tolist()
    assert (grown.num_generated, grown.last_token_id) == (2, 1)
