"""The running batch: rows that decode together, and the KV cache that they share.

Thread: inference.
"""

from collections.abc import Collection
from typing import Any

import mlx.core as mx

from batching.engine.row import Row

PromptCache = list[Any]
"""mlx-lm's caches, one for each layer; of different classes in a hybrid model."""


class RunningBatch:
    """Rows, their cache and the logits of their next tokens, always in the same order.

    The rows that joined last have no logits yet: `logits` has `num_pending` rows, those of the
    first rows of the batch. Joining and leaving are only noted. `settle` does all of it at once,
    because each rewrites the whole cache.
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
        kept = [index for index in range(len(self.rows)) if index not in self._leaving]
        indices = mx.array(kept)
        for layer in self.cache:
            layer.filter(indices)
        if self.logits is not None:
            pending = [index for index in kept if index < self.num_pending]
            self.logits = self.logits[mx.array(pending)] if pending else None
        self.rows = [self.rows[index] for index in kept]
        self._leaving.clear()

    def _take_joining(self) -> None:
        rows, caches = zip(*self._joining, strict=True)
        merged = [layers[0].merge(list(layers)) for layers in zip(*caches, strict=True)]
        if self.cache:
            for layer, newcomers in zip(self.cache, merged, strict=True):
                layer.extend(newcomers)
        else:
            self.cache = merged
        self.rows += rows
        self._joining.clear()

    def _clear(self) -> None:
        self.rows, self.cache, self.logits = [], [], None
        self._leaving.clear()


def can_batch(cache: PromptCache) -> bool:
    """Whether mlx-lm can make a batch of caches like these, down to the parts of a CacheList."""
    return all(
        hasattr(layer, "merge") and can_batch(list(getattr(layer, "caches", ()))) for layer in cache
    )
