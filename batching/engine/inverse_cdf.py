"""Draws by inverse CDF: a uniform number picks the token at which the summed weights pass it.

Thread: inference.

Weights are probabilities times any constant. Sums go by blocks: see weights.total.
"""

import mlx.core as mx

from batching.engine.best_tokens import BLOCK_SIZE
from batching.engine.weights import by_blocks


def draw_in_order(weights: mx.array, uniform: mx.array) -> mx.array:
    """A position for each row, in the order of the weights. (rows,)

    weights: (rows, any); uniform: (rows, 1) in [0, 1).
    """
    rows = mx.arange(weights.shape[0])
    blocks = by_blocks(weights)
    block_weights = mx.sum(blocks, axis=-1)
    cumulative = cumulate(block_weights)
    target = uniform * cumulative[:, -1:]
    block = _first_beyond(cumulative, block_weights, target)
    inside = blocks[rows, block]
    target_inside = target - exclusive(cumulative)[rows, block][:, None]
    return block * BLOCK_SIZE + _first_beyond(mx.cumsum(inside, axis=-1), inside, target_inside)


def draw_by_rank(cumulative: mx.array, weights: mx.array, uniform: mx.array) -> mx.array:
    """A position for each row, among those with a weight. (rows, 1)

    cumulative: (rows, any), what `cumulate` gave for the weights before the last of them were
    dropped (set to 0); uniform: (rows, 1) in [0, 1).
    """
    total = mx.max(mx.where(weights > 0, cumulative, 0.0), axis=-1, keepdims=True)
    return _first_beyond(cumulative, weights, uniform * total)[:, None]


def cumulate(weights: mx.array) -> mx.array:
    """For each position the sum up to it, itself included. weights: (rows, any)"""
    num_rows, num_weights = weights.shape
    if num_weights <= BLOCK_SIZE:
        return mx.cumsum(weights, axis=-1)
    inside = mx.cumsum(by_blocks(weights), axis=-1)
    before = exclusive(cumulate(inside[:, :, -1]))
    return (before[:, :, None] + inside).reshape(num_rows, -1)[:, :num_weights]


def exclusive(cumulative: mx.array) -> mx.array:
    """For each position the sum of those before it."""
    return mx.pad(cumulative[:, :-1], [(0, 0), (1, 0)])


def _first_beyond(cumulative: mx.array, weights: mx.array, target: mx.array) -> mx.array:
    """The first position with a weight and a sum above the target. (rows,)

    Rounding may leave none: then the last with a weight. Looking at the weights too keeps a
    GPU's sums, which need not grow steadily, from letting in a position without one.
    """
    positions = mx.arange(weights.shape[-1])
    has_weight = weights > 0
    is_beyond = has_weight & (cumulative > target)
    first = mx.min(mx.where(is_beyond, positions, weights.shape[-1]), axis=-1)
    last = mx.max(mx.where(has_weight, positions, 0), axis=-1)
    return mx.minimum(first, last)
