"""The running batch: rows that decode together, and the KV cache that they share.

Thread: inference.
"""

from collections.abc import Collection
from typing import Any

import mlx.core as mx

from batching.engine.file_limit import file_limit_kept
from batching.engine.row import Row
from batching.engine.rows_kv_cache import RowsKVCache

with file_limit_kept():
    from mlx_lm.models.cache import KVCache

PromptCache = list[Any]
"""mlx-lm's caches, one for each layer; of different classes in a hybrid model."""


class RunningBatch:
    """Rows, their cache and the logits of their next tokens, always in the same order.

    The rows that joined last have no logits yet: `logits` has `num_pending` rows, those of the
    first rows of the batch. Joining and leaving are only noted; `settle` does all of it at once.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.cache: PromptCache = []
        self.logits: mx.array | None = None
        self._joining: list[tuple[Row, PromptCache]] = []
        self._leaving: set[int] = set()

    @property
    def num_pending(self) -> int:
        """How many rows, from the first, have logits to draw from."""
        return 0 if self.logits is None else self.logits.shape[0]

    @property
    def num_rows(self) -> int:
        """Of those that stay, with those that are about to join."""
        return len(self.rows) - len(self._leaving) + len(self._joining)

    @property
    def caches(self) -> list[PromptCache]:
        """The batch's own, and those of rows that are about to join."""
        return [self.cache, *(cache for _, cache in self._joining)]

    def join(self, row: Row, cache: PromptCache) -> None:
        """Take a prefilled row; its cache, of one row, belongs to the batch from now on."""
        self._joining.append((row, cache))

    def index_of(self, sequence_id: str) -> int | None:
        """Where a row is; None if it is not in the cache, or not any more."""
        for index, row in enumerate(self.rows):
            if row.sequence_id == sequence_id and index not in self._leaving:
                return index
        return None

    def cache_of(self, index: int) -> PromptCache:
        """A row's own part of the cache, without padding; it may hold a token more than the row."""
        return [layer.extract(index) for layer in self.cache]

    def leave(self, sequence_ids: Collection[str]) -> None:
        """Let rows go; unknown ids are ignored."""
        self._joining = [
            (row, cache) for row, cache in self._joining if row.sequence_id not in sequence_ids
        ]
        for index, row in enumerate(self.rows):
            if row.sequence_id in sequence_ids:
                self._leaving.add(index)
        if len(self._leaving) == len(self.rows):
            self._clear()  # nobody is left to rewrite anything for: free the memory now

    def settle(self) -> None:
        """Apply what was noted, so that `rows` and `cache` are the batch to decode."""
        if self._leaving:
            self._drop_leaving()
        if self._joining:
            self._take_joining()

    def _drop_leaving(self) -> None:
        kept = _places_kept(len(self.rows), self._leaving)
        indices = mx.array(kept)
        _keep_rows([layer for layer in self.cache if isinstance(layer, RowsKVCache)], kept)
        for layer in self.cache:
            if not isinstance(layer, RowsKVCache):
                layer.filter(indices)
        if self.logits is not None:
            self.logits = self.logits[indices]
        self.rows = [self.rows[index] for index in kept]
        self._leaving.clear()

    def _take_joining(self) -> None:
        rows, caches = zip(*self._joining, strict=True)
        layers = self.cache or [None] * len(caches[0])
        self.cache = [
            _with_newcomers(layer, newcomers)
            for layer, *newcomers in zip(layers, *caches, strict=True)
        ]
        self.rows += rows
        self._joining.clear()

    def _clear(self) -> None:
        self.rows, self.cache, self.logits = [], [], None
        self._leaving.clear()


def _places_kept(num_rows: int, leaving: Collection[int]) -> list[int]:
    """Which row comes into each place: the last ones into those that are left, the others stay."""
    kept = [index for index in range(num_rows) if index not in leaving]
    movers = [index for index in kept if index >= len(kept)]
    return [movers.pop() if index in leaving else index for index in range(len(kept))]


def _keep_rows(layers: list[RowsKVCache], kept: list[int]) -> None:
    movers = [source for place, source in enumerate(kept) if place != source]
    copies = [layer.row_copies(movers) for layer in layers]
    mx.eval(copies)
    for layer, of_layer in zip(layers, copies, strict=True):
        layer.keep(kept, of_layer)


def _with_newcomers(layer: Any, newcomers: list[Any]) -> Any:
    """A layer's cache of the whole batch, with the caches of rows that join it.

    layer: None if the batch is empty.
    """
    # NOTE: the exact class. A subclass may keep what we do not know of.
    if all(type(cache) is KVCache for cache in newcomers):
        layer = layer or RowsKVCache()
        layer.join(newcomers)
        return layer
    merged = newcomers[0].merge(newcomers)
    if layer is None:
        return merged
    layer.extend(merged)
    return layer


def kv_bytes(cache: PromptCache | None) -> int:
    """What a cache holds, if there is one."""
    return sum(layer.nbytes for layer in cache or ())


def can_batch(cache: PromptCache) -> bool:
    """Whether mlx-lm can make a batch of caches like these, down to the parts of a CacheList."""
    return all(
        hasattr(layer, "merge") and can_batch(list(getattr(layer, "caches", ()))) for layer in cache
    )
