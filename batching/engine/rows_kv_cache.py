"""The KV cache of one layer, for rows that come and go.

Thread: inference.

mlx-lm's BatchKVCache aligns its rows at their ends, so all of it is rewritten whenever a row joins
or leaves. Here each row has a place of its own and begins at its start: who joins is written into
a free place, and of those that stay at most one moves for each that leaves.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import mlx.core as mx

from batching.engine.file_limit import file_limit_kept

with file_limit_kept():
    from mlx_lm.models.cache import KVCache

TOKEN_STEP = 256
"""The places grow by so many tokens, as those of mlx-lm's caches do."""
SPARE_PLACES = 0.25
"""Of the rows; so that not every row that joins makes the places grow."""
FULL_ENOUGH = 0.6
"""Below that share of what is allocated, a smaller allocation is made."""


class RowsKVCache:
    """Takes the place of mlx-lm's BatchKVCache, for decoding: one token for each row at a time.

    keys, values: (places, kv heads, tokens, head size); row i is in place i. Behind the tokens of a
    row there are zeros: what is masked still takes part in a sum, with weight 0, so it must not be
    NaN. `offset`, (rows,) int32, is the position of each row's next token.
    """

    def __init__(self) -> None:
        self.keys: mx.array | None = None
        self.values: mx.array | None = None
        self.offset = mx.array([], dtype=mx.int32)
        self._lengths: list[int] = []

    @property
    def state(self) -> list[mx.array | None]:
        """What mx.eval is to compute."""
        return [self.keys, self.values, self.offset]

    @property
    def nbytes(self) -> int:
        """Of all places, also those that are free."""
        return sum(each.nbytes for each in (self.keys, self.values) if each is not None)

    def join(self, newcomers: Sequence[Any]) -> None:
        """Add rows behind the others. newcomers: mlx-lm's KVCache, of one row each."""
        first = len(self._lengths)
        self._set_lengths([*self._lengths, *(cache.offset for cache in newcomers)])
        shapes = [cache for cache in newcomers if cache.keys is not None]
        if self.keys is None and shapes:
            self.keys, self.values = shapes[0].keys[:0], shapes[0].values[:0]
        self._fit()
        for place, cache in enumerate(newcomers, start=first):
            self._write(place, cache)

    def row_copies(self, places: Sequence[int]) -> list[mx.array]:
        """The keys of these rows, then their values, not computed yet; for `keep`."""
        if self.keys is None or self.values is None:
            return []
        # The sum is a copy. Whoever looks into the cache keeps it from being written in place.
        return [array[place] + 0 for array in (self.keys, self.values) for place in places]

    def keep(self, kept: Sequence[int], copies: Sequence[mx.array]) -> None:
        """Let rows go: the row in place kept[i] comes into place i.

        copies: computed `row_copies` of those that come from another place, in this order.
        """
        moved = [place for place, source in enumerate(kept) if place != source]
        if self.keys is not None and self.values is not None:
            for place, key, value in zip(moved, copies, copies[len(moved) :], strict=False):
                self.keys[place], self.values[place] = key, value
        self._set_lengths([self._lengths[source] for source in kept])
        self._fit()

    def extract(self, place: int) -> Any:
        """A row alone, as mlx-lm's KVCache; it looks into this cache until it is copied."""
        cache = KVCache()  # type: ignore[no-untyped-call]
        if self.keys is not None and self.values is not None:
            length = self._lengths[place]
            cache.keys = self.keys[place : place + 1, :, :length]
            cache.values = self.values[place : place + 1, :, :length]
            cache.offset = length
        return cache

    def update_and_fetch(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        """Add each row's next token; returns what the rows may look at, to the longest's length.

        keys, values: (rows, kv heads, 1, head size)
        """
        if self.keys is None or self.values is None:
            self.keys, self.values = keys[:0], values[:0]
        num_rows = len(self._lengths)
        positions = self.offset
        self._lengths = [length + 1 for length in self._lengths]
        self.offset = positions + 1
        self._fit()
        places = mx.arange(num_rows)
        self.keys[places, :, positions] = keys[:, :, 0]
        self.values[places, :, positions] = values[:, :, 0]
        longest = max(self._lengths)
        return self.keys[:num_rows, :, :longest], self.values[:num_rows, :, :longest]

    def make_mask(
        self, num_tokens: int, return_array: bool = False, window_size: int | None = None
    ) -> mx.array | None:
        """Which places each row's next token may look at: (rows, 1, 1, places); None is all.

        Its parameters are those of mlx-lm's caches.
        """
        is_even = all(length == following for length, following in pairwise(self._lengths))
        if is_even and window_size is None and not return_array:
            return None
        last = self.offset[:, None, None, None]
        tokens = mx.arange(max(self._lengths) + num_tokens)
        mask = tokens <= last
        return mask if window_size is None else mask & (tokens > last - window_size)

    def _set_lengths(self, lengths: list[int]) -> None:
        self._lengths = lengths
        self.offset = mx.array(lengths, dtype=mx.int32)

    def _write(self, place: int, cache: Any) -> None:
        if self.keys is None or self.values is None:
            return
        if cache.keys is None:
            self.keys[place], self.values[place] = 0, 0
            return
        behind = self.keys.shape[2] - cache.offset
        for array, row in ((self.keys, cache.keys), (self.values, cache.values)):
            array[place] = mx.pad(row[0, :, : cache.offset], [(0, 0), (0, behind), (0, 0)])

    def _fit(self) -> None:
        """Allocate more where the rows need it, less where it is much too much."""
        if self.keys is None or self.values is None:
            return
        num_places, _, num_tokens, _ = self.keys.shape
        num_rows, longest = len(self._lengths), max(self._lengths, default=0)
        wanted_places = num_rows + int(num_rows * SPARE_PLACES)
        wanted_tokens = -(-longest // TOKEN_STEP) * TOKEN_STEP
        if num_rows > num_places or longest > num_tokens:
            wanted_places = num_places if num_rows <= num_places else wanted_places
            wanted_tokens = max(num_tokens, wanted_tokens)
        elif wanted_places * wanted_tokens >= FULL_ENOUGH * num_places * num_tokens:
            return
        self.keys = _resized(self.keys, wanted_places, wanted_tokens)
        self.values = _resized(self.values, wanted_places, wanted_tokens)


def _resized(array: mx.array, num_places: int, num_tokens: int) -> mx.array:
    """A copy with other numbers of places and tokens; zeros where there was nothing."""
    _, num_heads, _, head_size = array.shape
    kept = array[:num_places, :, :num_tokens]
    resized = mx.zeros((num_places, num_heads, num_tokens, head_size), dtype=array.dtype)
    resized[: kept.shape[0], :, : kept.shape[2]] = kept
    return resized
