"""top_k, top_p and min_p, on the best tokens of each row; and XTC, on what these leave.

Thread: inference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx

from batching.engine.inverse_cdf import cumulate, exclusive
from batching.engine.sampling_params import SamplingParams, TopExclusion
from batching.engine.weights import total


@dataclass(frozen=True, slots=True)
class Filtered:
    """What the filters leave of a window, the best tokens of each row.

    `weights`: (rows, window), 0 where dropped. `cumulative`: their sums from the best on, before
    any was dropped by top_p or min_p. `is_complete`: (rows,), whether no token beyond the window
    would have been left.
    """

    weights: mx.array
    cumulative: mx.array
    is_complete: mx.array


def filter_window(
    weights: mx.array, settings: Sequence[SamplingParams], mass: mx.array | None = None
) -> Filtered:
    """Apply the filters, in their order. weights: (rows, window), best first, the best is 1.

    mass: (rows, 1), the weights of all tokens that top_k leaves; if not given, the window holds
    all of them. top_p and min_p look at the probabilities that top_k leaves, and min_p not at
    what top_p does.
    """
    ranks = mx.arange(weights.shape[-1])
    top_k = column([float(each.top_k or "inf") for each in settings])
    weights = mx.where(ranks < top_k, weights, 0.0)
    cumulative = cumulate(weights)
    if mass is None:
        mass = cumulative[:, -1:]
    # Off is infinity: rounding may carry a sum of weights over the mass.
    nucleus = mass * column([each.top_p if each.top_p < 1 else float("inf") for each in settings])
    min_p = column([each.min_p for each in settings])
    # A token is in the nucleus if those before it do not fill it; so the first always is.
    is_kept = (exclusive(cumulative) < nucleus) & (weights >= min_p) | (ranks == 0)
    last = weights[:, -1:]
    # Said so that NaN is complete: a wider window would not help.
    is_cut = (cumulative[:, -1:] < nucleus) & (last >= min_p) & (last > 0)
    return Filtered(mx.where(is_kept, weights, 0.0), cumulative, ~is_cut[:, 0])


def exclude_top(
    weights: mx.array, token_ids: mx.array, exclusions: Sequence[TopExclusion]
) -> mx.array:
    """The weights without those of the top choices: what is likelier than the threshold, but for
    the least likely of it and the exempt tokens. weights, token_ids: (rows, any), in any order.

    Source: https://github.com/oobabooga/text-generation-webui/pull/6335, as mlx-lm does it.
    """
    is_above = weights > total(weights) * column([each.threshold for each in exclusions])
    least = mx.min(mx.where(is_above, weights, mx.inf), axis=-1, keepdims=True)
    most = max(len(each.exempt) for each in exclusions)
    exempt = [[*each.exempt, *[-1] * (most - len(each.exempt))] for each in exclusions]
    is_exempt = mx.zeros(weights.shape, dtype=mx.bool_)
    for one_of_each in zip(*exempt, strict=True):
        is_exempt |= token_ids == mx.array(one_of_each, dtype=token_ids.dtype)[:, None]
    return mx.where((weights > least) & is_above & ~is_exempt, 0.0, weights)


def column(values: list[float]) -> mx.array:
    """One value for each row, to be broadcast along the vocabulary."""
    return mx.array(values, dtype=mx.float32)[:, None]
