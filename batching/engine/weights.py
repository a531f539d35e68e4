"""Unnormalised probabilities: each logit's weight beside the best one's, which is 1.

Thread: inference.
"""

import math

import mlx.core as mx

from batching.engine.best_tokens import BLOCK_SIZE


def weigh(logits: mx.array, best: mx.array, temperature: mx.array | float = 1.0) -> mx.array:
    """exp((logits - best) / temperature), in float32. Shapes must broadcast.

    Relative to the best, so that no temperature overflows.
    """
    # As a power of 2, because mlx's exp is scalar code on Linux CPUs and takes three times as long.
    return mx.power(2.0, (logits - best) * (math.log2(math.e) / temperature))


def total(weights: mx.array) -> mx.array:
    """The sum of each row, (rows, 1). weights: (rows, any)

    By blocks, and by blocks of blocks: a plain float32 sum of 150,000 weights loses what the
    small ones weigh together.
    """
    while weights.shape[-1] > BLOCK_SIZE:
        weights = mx.sum(by_blocks(weights), axis=-1)
    return mx.sum(weights, axis=-1, keepdims=True)


def by_blocks(weights: mx.array) -> mx.array:
    """(rows, blocks, 64), filled up with zeros. weights: (rows, any)"""
    num_rows, num_weights = weights.shape
    if num_missing := -num_weights % BLOCK_SIZE:
        weights = mx.pad(weights, [(0, 0), (0, num_missing)])
    return weights.reshape(num_rows, -1, BLOCK_SIZE)
