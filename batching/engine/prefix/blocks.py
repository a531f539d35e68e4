"""KV caches of one sequence, cut into blocks of equal length and put together again.

Thread: inference.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

from batching.engine.file_limit import file_limit_kept
from batching.engine.loader import LanguageModel
from batching.engine.running_batch import PromptCache

with file_limit_kept():
    from mlx_lm.models.cache import ArraysCache, CacheList, KVCache, RotatingKVCache

Leaf = Any
"""One of mlx-lm's caches that is not a list of others; its classes have no types."""

SMALL_BLOCK_BYTES = 160 * 1024
"""Below that, buffers that mlx has freed are not used again for blocks.

It takes one that is up to two pages larger, which would be a good part of a small block.
Source: https://github.com/ml-explore/mlx/blob/main/mlx/backend/common/buffer_cache.h
"""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Keys and values of one block's tokens in all layers; no other buffer is kept alive by it.

    arrays: for each group of the layout (group's keys and values, kv heads, tokens, head size).
    """

    arrays: tuple[mx.array, ...]

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.arrays)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A copy of the layers that are not cut into blocks, after a number of tokens.

    layers: for each of them its arrays in mlx-lm's shapes, None where it has none yet.
    """

    layers: tuple[tuple[mx.array | None, ...], ...]

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for arrays in self.layers for array in arrays if array is not None)


@dataclass(frozen=True, slots=True)
class _Group:
    """Keys and values of one shape and type: they share an array, so that buffers are few."""

    places: tuple[tuple[int, str], ...]
    token_bytes: int


class CacheLayout:
    """How the caches of one model are cut. `reason` says why they cannot be, or is None.

    Plain KV caches go into blocks. Sliding windows and states of fixed size cannot be cut: they
    are copied into snapshots, so a prefix of such a model ends only where a snapshot was taken.
    """

    def __init__(
        self, new_cache: Callable[[], PromptCache], probe: PromptCache, *, block_tokens: int = 16
    ) -> None:
        """`probe` is a cache of the model that has read at least one token."""
        leaves = list(_leaves(probe))
        self._new_cache = new_cache
        self.block_tokens = block_tokens
        self.reason = next(filter(None, map(_why_unsupported, leaves)), None)
        self.needs_snapshots = any(type(leaf) is not KVCache for leaf in leaves)
        self._groups = _group_by_shape(leaves) if self.is_supported else ()

    @property
    def is_supported(self) -> bool:
        return self.reason is None

    @property
    def block_bytes(self) -> int:
        """Of each whole block."""
        return self.block_tokens * sum(group.token_bytes for group in self._groups)

    def take_blocks(self, cache: PromptCache, first_block: int, end_block: int) -> list[Block]:
        """Copy blocks `first_block` up to `end_block` (exclusive); they are computed here.

        Raises:
            ValueError: the cache has fewer tokens.
        """
        if end_block <= first_block:
            return []
        leaves = list(_leaves(cache))
        start, end = first_block * self.block_tokens, end_block * self.block_tokens
        _check_lengths(leaves, end)
        # Layers first, then blocks: a copy for each layer and one for each block, not for each of
        # both. The second also frees a block from the memory of its neighbours.
        stacked = [
            mx.concatenate([getattr(leaves[i], name)[:, :, start:end] for i, name in group.places])
            for group in self._groups
        ]
        blocks = [
            Block(
                tuple(mx.contiguous(array[:, :, at : at + self.block_tokens]) for array in stacked)
            )
            for at in range(0, end - start, self.block_tokens)
        ]
        if self.block_bytes < SMALL_BLOCK_BYTES:
            mx.eval(stacked)
            mx.clear_cache()
        mx.eval([block.arrays for block in blocks])
        return blocks

    def take_snapshot(self, cache: PromptCache, num_tokens: int) -> Snapshot | None:
        """Copy what is not in blocks; None if there is nothing. The cache has read `num_tokens`.

        Raises:
            ValueError: the cache has another number of tokens.
        """
        layers = tuple(
            tuple(None if array is None else mx.contiguous(array) for array in arrays)
            for arrays in (
                _state_of(leaf, num_tokens) for leaf in _leaves(cache) if type(leaf) is not KVCache
            )
        )
        if not layers:
            return None
        mx.eval(layers)
        return Snapshot(layers)

    def restore(
        self, blocks: Sequence[Block], snapshot: Snapshot | None, num_tokens: int
    ) -> PromptCache:
        """A new cache as it was after `num_tokens` tokens, which the blocks cover.

        Raises:
            ValueError: there are too few blocks, or no snapshot although one is needed.
        """
        if num_tokens > len(blocks) * self.block_tokens:
            raise ValueError(f"{len(blocks)} blocks do not cover {num_tokens} tokens")
        cache = self._new_cache()
        if num_tokens == 0:
            return cache
        leaves = list(_leaves(cache))
        for index, group in enumerate(self._groups):
            joined = mx.concatenate([block.arrays[index] for block in blocks], axis=2)
            for position, (i, name) in enumerate(group.places):
                setattr(leaves[i], name, joined[position : position + 1, :, :num_tokens])
                leaves[i].offset = num_tokens
        _restore_states(leaves, snapshot, num_tokens)
        mx.eval([leaf.state for leaf in leaves])
        return cache


def are_finite(blocks: Sequence[Block]) -> bool:
    """Whether a model that computed nonsense left no trace here: others will build on them.

    NOTE: not the sum of an array, which overflows in float16. One answer for all: each waits.
    """
    checks = [mx.all(mx.isfinite(array)) for block in blocks for array in block.arrays]
    return not checks or bool(mx.all(mx.stack(checks)).item())


def probe_layout(model: LanguageModel, *, block_tokens: int = 16) -> CacheLayout:
    """The layout of a model's caches, whose shapes show when it has read a token."""
    probe = model.new_cache()
    token = mx.zeros((1, 1), dtype=mx.int32)
    mx.eval(model.forward(token, probe), [layer.state for layer in probe])
    return CacheLayout(model.new_cache, probe, block_tokens=block_tokens)


def _leaves(cache: Sequence[Any]) -> Iterator[Leaf]:
    for layer in cache:
        if type(layer) is CacheList:
            yield from _leaves(layer.caches)
        else:
            yield layer


def _why_unsupported(leaf: Leaf) -> str | None:
    # NOTE: the exact classes. A subclass may keep what we do not know of.
    if type(leaf) not in (KVCache, RotatingKVCache, ArraysCache):
        return f"{type(leaf).__name__} can neither be cut into blocks nor copied"
    if type(leaf) is RotatingKVCache and leaf.keep:
        return f"a sliding window that keeps its first {leaf.keep} tokens"
    return None


def _group_by_shape(leaves: list[Leaf]) -> tuple[_Group, ...]:
    places: dict[tuple[int, int, mx.Dtype], list[tuple[int, str]]] = {}
    for index, leaf in enumerate(leaves):
        if type(leaf) is KVCache and leaf.keys is not None:
            for name in ("keys", "values"):
                array = getattr(leaf, name)
                shape = (array.shape[1], array.shape[3], array.dtype)
                places.setdefault(shape, []).append((index, name))
    return tuple(
        _Group(tuple(found), len(found) * num_heads * head_size * dtype.size)
        for (num_heads, head_size, dtype), found in places.items()
    )


def _check_lengths(leaves: list[Leaf], num_tokens: int) -> None:
    for leaf in leaves:
        if type(leaf) is KVCache and leaf.keys is not None and leaf.offset < num_tokens:
            raise ValueError(f"a cache of {leaf.offset} tokens has no token {num_tokens - 1}")


def _state_of(leaf: Leaf, num_tokens: int) -> tuple[mx.array | None, ...]:
    if type(leaf) is ArraysCache:
        return tuple(leaf.cache)
    if leaf.offset != num_tokens:
        raise ValueError(f"a sliding window of {leaf.offset} tokens, not {num_tokens}")
    if leaf.keys is None:
        return (None, None)
    # After a chunk it holds more than its window; what is older is never looked at again.
    num_kept = min(num_tokens, leaf.max_size)
    ordered = (leaf._temporal_order(leaf.keys), leaf._temporal_order(leaf.values))
    return tuple(array[:, :, -num_kept:] for array in ordered)


def _restore_states(leaves: list[Leaf], snapshot: Snapshot | None, num_tokens: int) -> None:
    stateful = [leaf for leaf in leaves if type(leaf) is not KVCache]
    layers = snapshot.layers if snapshot is not None else ()
    if len(layers) != len(stateful):
        raise ValueError(f"a snapshot of {len(layers)} layers for {len(stateful)}")
    for leaf, arrays in zip(stateful, layers, strict=True):
        # NOTE: caches write into their arrays in place, so each gets array objects of its own.
        copies = [None if array is None else mx.array(array) for array in arrays]
        kind = type(leaf)
        if kind is ArraysCache:
            leaf.cache = copies
        elif copies[0] is not None:
            leaf.keys, leaf.values = copies
            leaf.offset = num_tokens
            leaf._idx = copies[0].shape[2]
