"""The filters on a window: what they leave, and whether the window was wide enough to say so."""

import mlx.core as mx
import pytest

from batching.engine.filters import filter_window
from batching.engine.sampling_params import SamplingParams

WEIGHTS = [1.0, 0.5, 0.25, 0.125]
"""Best first; with another 0.125 outside of the window they are 2."""


def kept(sampling: SamplingParams, *, mass: float | None = 2.0) -> tuple[list[float], bool]:
    at = None if mass is None else mx.array([[mass]])
    filtered = filter_window(mx.array([WEIGHTS]), [sampling], at)
    [weights] = filtered.weights.tolist()  # type: ignore[misc]
    return weights, bool(filtered.is_complete.item())  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("top_p", "num_kept", "is_complete"),
    [
        (0.0, 1, True),
        (0.5, 1, True),
        (0.51, 2, True),
        (0.875, 3, True),
        (0.93, 4, True),
        (0.95, 4, False),
        (1.0, 4, False),
    ],
)
def test_a_nucleus_is_complete_if_the_window_fills_it(
    top_p: float, num_kept: int, is_complete: bool
) -> None:
    weights, complete = kept(SamplingParams(top_p=top_p))
    assert weights == WEIGHTS[:num_kept] + [0.0] * (4 - num_kept)
    assert complete == is_complete


@pytest.mark.parametrize(("min_p", "num_kept"), [(0.125, 4), (0.126, 3), (0.5, 2), (1.0, 1)])
def test_min_p_is_complete_if_the_last_of_the_window_is_too_unlikely(
    min_p: float, num_kept: int
) -> None:
    weights, complete = kept(SamplingParams(min_p=min_p))
    assert weights == WEIGHTS[:num_kept] + [0.0] * (4 - num_kept)
    assert complete == (num_kept < 4)


def test_without_a_mass_the_window_holds_all_that_top_k_leaves() -> None:
    # Of 1.5 that two tokens have, the first has two thirds.
    assert kept(SamplingParams(top_k=2), mass=None)[0] == [1.0, 0.5, 0.0, 0.0]
    assert kept(SamplingParams(top_k=2, top_p=0.66), mass=None)[0] == [1.0, 0.0, 0.0, 0.0]
    assert kept(SamplingParams(top_k=2, top_p=0.67), mass=None)[0] == [1.0, 0.5, 0.0, 0.0]


def test_min_p_looks_at_the_probabilities_before_top_p() -> None:
    # After top_p the second token would have a third of all; beside the best it has a half.
    weights, _ = kept(SamplingParams(top_p=0.6, min_p=0.4))
    assert weights == [1.0, 0.5, 0.0, 0.0]


def test_weights_of_zero_or_nan_at_the_end_ask_for_no_wider_window() -> None:
    nan = float("nan")
    windows = mx.array([[1.0, 0.0], [nan, nan]])
    settings = [SamplingParams(top_p=0.9999)] * 2
    filtered = filter_window(windows, settings, mx.array([[1.5], [nan]]))
    assert filtered.is_complete.tolist() == [True, True]
