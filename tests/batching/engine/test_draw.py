"""A draw stays on the device until it is read, and then nothing is left to compute."""

from collections.abc import Callable

import mlx.core as mx
import pytest

from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.sampling_reference import GREEDY, make_row

NUM_ROWS, VOCAB_SIZE = 4, 40_000
SMALL_BYTES = NUM_ROWS * VOCAB_SIZE
"""A quarter of the logits: whoever computes something of them needs more."""

LAZY = [
    GREEDY,
    SamplingParams(temperature=0, repetition_penalty=1.3, logit_bias=((3, 1.0),)),
    SamplingParams(temperature=0.8, top_logprobs=5),
    SamplingParams(temperature=0.7, top_k=20, top_p=0.8, min_p=0.01),
    SamplingParams(top_k=4000),
]
"""What is known to need no look at the logits: no top_p or min_p without top_k."""


def lazy_logits() -> mx.array:
    """Logits that take memory when something of them is computed."""
    return mx.random.normal((NUM_ROWS, VOCAB_SIZE), key=mx.random.key(1))


def bytes_taken_by(work: Callable[[], object]) -> int:
    mx.synchronize()
    mx.reset_peak_memory()
    before = mx.get_active_memory()
    work()
    return mx.get_peak_memory() - before


@pytest.mark.parametrize("sampling", LAZY)
def test_nothing_is_computed_before_the_tokens_are_asked_for(sampling: SamplingParams) -> None:
    rows = [make_row(sampling) for _ in range(NUM_ROWS)]
    logits = lazy_logits()
    table = mx.arange(VOCAB_SIZE) * 2
    fed_on: list[mx.array] = []

    def launch() -> None:
        draw = sample(logits, rows)
        fed_on.extend((table[draw.token_ids], draw.token_ids))

    assert bytes_taken_by(launch) < SMALL_BYTES
    assert bytes_taken_by(lambda: mx.eval(fed_on)) > SMALL_BYTES
    doubled, token_ids = fed_on
    assert doubled.tolist() == (token_ids * 2).tolist()


@pytest.mark.parametrize("sampling", [*LAZY, SamplingParams(top_p=0.9, top_logprobs=0)])
def test_what_computes_the_tokens_leaves_nothing_to_compute(sampling: SamplingParams) -> None:
    # Else reading would wait for the next step's forward, launched in between.
    rows = [make_row(sampling) for _ in range(NUM_ROWS)]
    draw = sample(lazy_logits(), rows)
    mx.eval(draw.token_ids)
    assert bytes_taken_by(draw.read) < 1000
    assert bytes_taken_by(draw.logprobs) < 1000


def test_token_ids_and_read_agree() -> None:
    rows = [make_row(SamplingParams(seed=seed)) for seed in range(NUM_ROWS)]
    draw = sample(lazy_logits(), rows)
    assert draw.token_ids.dtype == mx.int32
    assert draw.token_ids.shape == (NUM_ROWS,)
    assert draw.read() == draw.token_ids.tolist()
    assert draw.read() == draw.read()
