"""The best tokens against numpy's stable sort: any size, any number, ties, nothing allowed."""

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from batching.engine.best_tokens import BlockedLogits, best_token, best_tokens


def sizes(vocab_size: int) -> list[int]:
    return [size for size in (1, 2, 20, 512, 3000, 40_000) if size < vocab_size] + [vocab_size]


def check(logits: np.ndarray) -> None:
    blocked = BlockedLogits.of(mx.array(logits))
    order = np.argsort(-logits, axis=-1, kind="stable")
    assert np.array(best_token(blocked)).tolist() == order[:, 0].tolist()
    assert np.array(blocked.best)[:, 0].tolist() == logits.max(axis=-1).tolist()
    for num_tokens in sizes(logits.shape[-1]):
        token_ids, values = best_tokens(blocked, num_tokens)
        best = order[:, :num_tokens]
        assert (np.array(token_ids) == best).all()
        assert (np.array(values) == np.take_along_axis(logits, best, axis=-1)).all()


@settings(deadline=None, max_examples=40)
@given(
    logits=st_numpy.arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.integers(1, 400)),
        elements=st.sampled_from([-float("inf"), -1.0, -0.0, 0.0, 0.5, 1.0, 7.0]),
    )
)
def test_ties_and_forbidden_tokens_are_in_the_order_of_their_ids(logits: np.ndarray) -> None:
    check(logits)


@pytest.mark.parametrize("vocab_size", [63, 64, 65, 1024, 5000, 32_000, 50_257])
def test_any_vocabulary_is_searched_exactly(vocab_size: int) -> None:
    logits = np.random.default_rng(vocab_size).normal(0, 4, (3, vocab_size)).astype(np.float32)
    check(logits)
    check(np.round(logits))  # ties everywhere, as in bfloat16
    check(np.zeros_like(logits))


def test_the_best_is_nan_or_infinite_wherever_one_is() -> None:
    for bad in (float("nan"), float("inf")):
        for at in (0, 17, 63, 64, 199):
            logits = np.zeros((2, 200), dtype=np.float32)
            logits[1, at] = bad
            best = BlockedLogits.of(mx.array(logits)).best
            assert mx.isfinite(best)[:, 0].tolist() == [True, False]


@pytest.mark.parametrize("num_nan", [1, 100, 5000])
def test_rows_with_nan_give_positions_inside_the_row(num_nan: int) -> None:
    logits = np.random.default_rng(0).normal(0, 4, (2, 5000)).astype(np.float32)
    logits[0, :num_nan] = float("nan")
    blocked = BlockedLogits.of(mx.array(logits))
    for num_tokens in sizes(5000):
        token_ids = np.array(best_tokens(blocked, num_tokens)[0])
        assert (token_ids >= 0).all()
        assert (token_ids < blocked.vocab_size).all()


def test_taking_rows_takes_them_in_the_order_asked_for() -> None:
    blocked = BlockedLogits.of(mx.arange(300.0).reshape(3, 100))
    taken = blocked.take([2, 0])
    assert taken.best[:, 0].tolist() == [299.0, 99.0]
    assert taken.flat[:, 0].tolist() == [200.0, 0.0]
    assert blocked.take([0, 1, 2]) is blocked
