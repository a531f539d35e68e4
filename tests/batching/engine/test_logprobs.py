"""Log probabilities against numpy's log-softmax of the logits as they came."""

import mlx.core as mx
import numpy as np
import pytest

from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.sampling_reference import make_row

VOCAB_SIZE = 3000


def log_softmax(logits: np.ndarray) -> np.ndarray:
    exact = logits.astype(np.float64)
    shifted = exact - exact.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


@pytest.mark.parametrize("dtype", [mx.float32, mx.bfloat16])
@pytest.mark.parametrize("offset", [0.0, 500.0])
def test_they_are_the_models_own_whatever_the_row_does_to_its_logits(
    dtype: mx.Dtype, offset: float
) -> None:
    settings = [
        SamplingParams(temperature=0, top_logprobs=5),
        SamplingParams(temperature=0.3, top_p=0.5, top_logprobs=20),
        SamplingParams(),
        SamplingParams(top_k=9, repetition_penalty=5.0, frequency_penalty=2.0, top_logprobs=1),
        SamplingParams(logit_bias=((11, 900.0),), top_logprobs=0),
    ]
    rows = [make_row(each, prompt=tuple(range(500)), generated=(1, 1)) for each in settings]
    logits = mx.random.normal((5, VOCAB_SIZE), scale=4.0, key=mx.random.key(6)) + offset
    logits = logits.astype(dtype)
    draw = sample(logits, rows)
    token_ids, found = draw.read(), draw.logprobs()
    assert found[2] is None
    assert token_ids[4] == 11
    for index in (0, 1, 3, 4):
        logprobs = found[index]
        assert logprobs is not None
        expected = log_softmax(np.array(logits[index].astype(mx.float32)))
        assert logprobs.logprob == pytest.approx(expected[token_ids[index]], abs=2e-5)
        order = np.argsort(-expected, kind="stable")[: settings[index].top_logprobs]
        assert [token_id for token_id, _ in logprobs.top] == order.tolist()
        values = [value for _, value in logprobs.top]
        assert values == pytest.approx(expected[order].tolist(), abs=2e-5)
        assert values == sorted(values, reverse=True)


def test_nobody_asking_costs_nothing_and_gets_nothing() -> None:
    draw = sample(mx.zeros((2, 10)), [make_row(SamplingParams())] * 2)
    assert draw.logprobs() == [None, None]


def test_a_vocabulary_smaller_than_asked_for_gives_all_of_it() -> None:
    draw = sample(mx.zeros((1, 3)), [make_row(SamplingParams(temperature=0, top_logprobs=20))])
    [logprobs] = draw.logprobs()
    assert logprobs is not None
    assert [token_id for token_id, _ in logprobs.top] == [0, 1, 2]
    assert logprobs.logprob == pytest.approx(-np.log(3), abs=1e-6)


def test_a_token_that_the_model_excludes_has_minus_infinity() -> None:
    forced = SamplingParams(temperature=0, top_logprobs=2, logit_bias=((0, -1000.0),))
    [logprobs] = sample(mx.array([[5.0, -float("inf")]]), [make_row(forced)]).logprobs()
    assert logprobs is not None
    assert logprobs.top == ((0, 0.0), (1, -float("inf")))
