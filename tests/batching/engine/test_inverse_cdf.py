"""Inverse-CDF draws against float64, and at the edges that rounding reaches."""

import mlx.core as mx
import numpy as np
import pytest

from batching.engine.inverse_cdf import cumulate, draw_by_rank, draw_in_order, exclusive

ALMOST_ONE = 1 - 2**-24
"""The largest uniform there is."""


def draw(weights: np.ndarray, uniform: float, *, by_rank: bool) -> int:
    array = mx.array(weights[None])
    at = mx.array([[uniform]])
    drawn = draw_by_rank(cumulate(array), array, at) if by_rank else draw_in_order(array, at)
    return int(np.array(drawn).item())


@pytest.mark.parametrize("by_rank", [False, True])
def test_the_uniform_picks_the_position_at_which_the_sum_passes_it(by_rank: bool) -> None:
    rng = np.random.default_rng(2)
    weights = -np.sort(-rng.exponential(size=640).astype(np.float32))
    upper = np.cumsum(weights, dtype=np.float64) / weights.sum(dtype=np.float64)
    for uniform in rng.integers(0, 2**24, 200) / 2**24:
        if np.abs(upper - uniform).min() > 1e-6:
            expected = int(np.sum(upper <= uniform))
            assert draw(weights, uniform, by_rank=by_rank) == expected


@pytest.mark.parametrize("by_rank", [False, True])
def test_a_position_without_a_weight_is_never_drawn(by_rank: bool) -> None:
    weights = np.zeros(256, dtype=np.float32)
    weights[[70, 130, 131]] = 0.3, 0.1, 0.7
    drawn = {draw(weights, u, by_rank=by_rank) for u in (0.0, 0.27, 0.3, 0.5, ALMOST_ONE)}
    assert drawn == {70, 130, 131}
    for scale in np.random.default_rng(1).uniform(0.1, 10, 100).astype(np.float32):
        assert draw(weights * scale, ALMOST_ONE, by_rank=by_rank) == 131
        assert draw(weights * scale, 0.0, by_rank=by_rank) == 70


@pytest.mark.parametrize("by_rank", [False, True])
def test_the_tail_of_a_large_vocabulary_is_drawn_as_often_as_it_should(by_rank: bool) -> None:
    # A plain float32 sum would never leave the first token: each of the others is too small.
    weights = np.full(2**17, 2e-8, dtype=np.float32)
    weights[0] = 1
    tail = float(weights[1:].sum(dtype=np.float64))
    for share in (0.1, 0.5, 0.9):
        uniform = np.float32((1 + tail * share) / (1 + tail))
        position = draw(weights, float(uniform), by_rank=by_rank)
        assert abs(position / 2**17 - share) < 0.01


def test_sums_that_waver_let_in_no_position_without_a_weight() -> None:
    # A GPU adds up in pieces; a sum may be a little more than the next one.
    cumulative = mx.array([[1.0, 1.0 + 2**-20, 1.0, 2.0]])
    weights = mx.array([[1.0, 0.0, 0.0, 1.0]])
    assert draw_by_rank(cumulative, weights, mx.array([[0.5]])).tolist() == [[3]]


def test_rows_are_drawn_each_with_its_own_uniform() -> None:
    weights = mx.ones((3, 128))
    uniforms = mx.array([[0.0], [0.5], [ALMOST_ONE]])
    assert draw_in_order(weights, uniforms).tolist() == [0, 64, 127]
    assert draw_by_rank(cumulate(weights), weights, uniforms)[:, 0].tolist() == [0, 64, 127]


def test_sums_are_kept_for_widths_that_are_no_whole_blocks() -> None:
    weights = mx.arange(1.0, 71.0)[None]
    assert cumulate(weights).tolist() == [[n * (n + 1) / 2 for n in range(1, 71)]]
    assert exclusive(mx.array([[1.0, 3.0, 6.0]])).tolist() == [[0.0, 1.0, 3.0]]
