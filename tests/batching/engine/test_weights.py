"""Weights against float64, and sums of very many small ones."""

import mlx.core as mx
import numpy as np

from batching.engine.weights import total, weigh


def test_a_weight_is_the_exponential_of_the_distance_to_the_best() -> None:
    logits = np.linspace(-60, 30, 1001, dtype=np.float32)[None]
    for temperature in (0.3, 1.0, 1.9):
        weights = np.array(weigh(mx.array(logits), mx.array([[30.0]]), temperature))
        expected = np.exp((logits.astype(np.float64) - 30) / temperature)
        large = expected > 1e-37
        assert np.abs(weights / expected - 1)[large].max() < 2e-5
        assert weights[~large].max(initial=0) <= 1e-37


def test_minus_infinity_weighs_nothing_and_the_best_one() -> None:
    logits = mx.array([[-float("inf"), 5.0]])
    assert weigh(logits, mx.array([[5.0]]), 1e-5).tolist() == [[0.0, 1.0]]
    assert weigh(logits, mx.array([[5.0]]), 100.0).tolist() == [[0.0, 1.0]]


def test_many_small_weights_beside_a_large_one_are_not_lost() -> None:
    # One after the other they would be: each is less than half of what float32 can add to 1.
    weights = np.full((1, 2**17), 2e-8, dtype=np.float32)
    weights[0, 0] = 1
    assert abs(np.array(total(mx.array(weights)))[0, 0] - weights.sum(dtype=np.float64)) < 1e-6
