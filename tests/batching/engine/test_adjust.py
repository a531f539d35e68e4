"""Penalties, bias and forbidden tokens against a plain loop, and what they must leave alone."""

import mlx.core as mx
import numpy as np
import pytest

from batching.engine.adjust import adjust
from batching.engine.bans import BANNED, NOT_ALLOWED
from batching.engine.protocol import EngineSequence
from batching.engine.row import Row
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.sampling_reference import GREEDY, Logits, make_row, sample_one

VOCAB_SIZE = 500


def random_sequence(rng: np.random.Generator, number: int) -> EngineSequence:
    prompt = rng.integers(0, VOCAB_SIZE, rng.integers(1, 300)).tolist()
    generated = rng.integers(0, VOCAB_SIZE // 10, rng.integers(0, 60)).tolist()
    biases = rng.normal(0, 3, rng.integers(0, 9)).tolist()
    sampling = SamplingParams(
        frequency_penalty=float(rng.choice([0.0, 0.7])),
        presence_penalty=float(rng.choice([0.0, -0.4])),
        repetition_penalty=float(rng.choice([1.0, 1.3])),
        repetition_window=int(rng.choice([0, 1, 20])),
        bad_words=tuple((token_id,) for token_id in rng.integers(0, VOCAB_SIZE, 3).tolist()),
        allowed_token_ids=tuple(range(int(rng.choice([0, 400])))),
        logit_bias=tuple(zip(rng.permutation(VOCAB_SIZE).tolist(), biases, strict=False)),
    )
    return EngineSequence(
        f"s{number}",
        (*prompt, *generated),
        len(prompt),
        sampling,
        min_tokens=int(rng.choice([0, 30])),
        stop_token_ids=frozenset({3, VOCAB_SIZE - 1, VOCAB_SIZE, VOCAB_SIZE + 7}),
    )


def reference(logits: np.ndarray, sequence: EngineSequence) -> np.ndarray:
    """One token after the other, in float64."""
    adjusted = logits.astype(np.float64)
    sampling = sequence.sampling
    generated = sequence.token_ids[sequence.num_prompt_tokens :]
    for token_id in set(sequence.token_ids[-sampling.repetition_window :]):
        value = adjusted[token_id]
        penalty = sampling.repetition_penalty
        adjusted[token_id] = value / penalty if value > 0 else value * penalty
    for token_id in set(generated):
        adjusted[token_id] -= sampling.frequency_penalty * generated.count(token_id)
        adjusted[token_id] -= sampling.presence_penalty
    for token_id, bias in sampling.logit_bias:
        adjusted[token_id] += bias
    adjusted[sorted({token_id for (token_id,) in sampling.bad_words})] += BANNED
    if sampling.allowed_token_ids:
        adjusted[len(sampling.allowed_token_ids) :] += NOT_ALLOWED
    if len(generated) < sequence.min_tokens:
        adjusted[[t for t in sequence.stop_token_ids if t < VOCAB_SIZE]] = -np.inf
    return adjusted


@pytest.mark.parametrize("seed", range(8))
def test_many_rows_at_once_are_adjusted_like_each_by_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sequences = [random_sequence(rng, number) for number in range(7)]
    logits = rng.normal(0, 4, (7, VOCAB_SIZE)).astype(np.float32)
    adjusted = np.array(adjust(mx.array(logits), [Row(each) for each in sequences]))
    for row, sequence in enumerate(sequences):
        expected = reference(logits[row], sequence)
        assert np.allclose(adjusted[row], expected, rtol=1e-6, atol=1e-5)


def test_rows_without_adjustments_are_not_touched() -> None:
    logits = mx.random.normal((3, 100), key=mx.random.key(0))
    plain = [make_row(GREEDY, prompt=(1, 2, 3), generated=(4,)) for _ in range(3)]
    assert adjust(logits, plain) is logits
    penalised = make_row(SamplingParams(repetition_penalty=2.0, frequency_penalty=1.0))
    penalised.append(5)
    adjusted = adjust(logits, [plain[0], penalised, plain[2]])
    assert mx.array_equal(adjusted[0], logits[0]).item()
    assert mx.array_equal(adjusted[2], logits[2]).item()
    assert not mx.array_equal(adjusted[1], logits[1]).item()


def test_the_logits_that_came_are_not_changed() -> None:
    logits = mx.ones((1, 10))
    sampling = SamplingParams(repetition_penalty=2.0, logit_bias=((3, 1.0),))
    adjusted = adjust(logits, [make_row(sampling)])
    assert adjusted.tolist() == [[0.5, 1, 1, 2, 1, 1, 1, 1, 1, 1]]
    assert logits.tolist() == [[1.0] * 10]


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
