"""How the states of an input's tokens become its vector.

Thread: inference.
"""

import mlx.core as mx
import numpy as np

from batching.engine.embedding_facts import EmbeddingFacts, Pooling

LEAST_LENGTH = 1e-12
"""A vector that is shorter is divided by this: sentence-transformers and torch do so."""


def gather(states: mx.array, lengths: list[int], pooling: Pooling) -> mx.array:
    """What counts of a forward's states, (rows, size) float32: the first, the sum, or the last.

    states: (rows, tokens, size); behind the first lengths[i] tokens of row i there is padding.
    """
    if pooling == "cls":
        return states[:, 0].astype(mx.float32)
    ends = mx.array(lengths)[:, None]
    if pooling == "lasttoken":
        last = mx.take_along_axis(states, ends[:, :, None] - 1, axis=1)
        return last[:, 0].astype(mx.float32)
    is_own = mx.arange(states.shape[1]) < ends
    return mx.where(is_own[:, :, None], states.astype(mx.float32), 0).sum(axis=1)


def join(before: mx.array | None, gathered: mx.array, pooling: Pooling) -> mx.array:
    """What counts of an input that is read in parts. before: of the parts so far."""
    if before is None or pooling == "lasttoken":
        return gathered
    return before if pooling == "cls" else before + gathered


def as_vectors(gathered: mx.array, lengths: list[int], facts: EmbeddingFacts) -> mx.array:
    """(rows, size) float32. lengths: of the whole inputs."""
    if facts.pooling == "mean":
        gathered = gathered / mx.array(lengths)[:, None]
    if facts.normalises:
        length = mx.linalg.norm(gathered, axis=-1, keepdims=True)
        gathered = gathered / mx.maximum(length, LEAST_LENGTH)
    return gathered


def as_bytes(vectors: mx.array) -> list[bytes] | None:
    """Each row as little-endian float32; None if a value is not a number."""
    values = np.array(vectors, dtype="<f4")
    return [row.tobytes() for row in values] if np.isfinite(values).all() else None
