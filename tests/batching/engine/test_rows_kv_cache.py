"""Rows in places of their own: each sees what it was given, whoever joins or leaves."""

import random
from typing import Any, cast

import mlx.core as mx
import pytest
from mlx_lm.models import cache as mlx_lm_cache

from batching.engine.rows_kv_cache import TOKEN_STEP, RowsKVCache

caches: Any = mlx_lm_cache  # its classes have no types
HEADS, SIZE = 2, 3


def alone(values: list[float]) -> Any:
    """A row's own cache: one token for each value."""
    cache = caches.KVCache()
    if values:
        tokens = mx.broadcast_to(
            mx.array(values)[None, None, :, None], (1, HEADS, len(values), SIZE)
        )
        cache.update_and_fetch(tokens, -tokens)
    return cache


def as_lists(array: mx.array) -> list[list[float]]:
    """Of an array with two axes."""
    return cast(list[list[float]], array.tolist())


def step(cache: RowsKVCache, values: list[float]) -> list[list[float]]:
    """Give each row a token; what each may look at now, by the mask for that step."""
    mask = cache.make_mask(1)
    tokens = mx.broadcast_to(mx.array(values)[:, None, None, None], (len(values), HEADS, 1, SIZE))
    keys, _ = cache.update_and_fetch(tokens, -tokens)
    mx.eval(cache.state)
    assert keys.shape[0] == len(values)
    seen = mx.ones((len(values), keys.shape[2])) if mask is None else mask[:, 0, 0]
    return [
        [value for value, shown in zip(row, shown_row, strict=True) if shown]
        for row, shown_row in zip(as_lists(keys[:, 0, :, 0]), as_lists(seen), strict=True)
    ]


def keep(cache: RowsKVCache, kept: list[int]) -> None:
    copies = cache.row_copies([source for place, source in enumerate(kept) if place != source])
    mx.eval(copies)
    cache.keep(kept, copies)


@pytest.mark.parametrize("seed", range(10))
def test_each_row_sees_its_own_tokens_through_joins_and_leaves(seed: int) -> None:
    rng = random.Random(seed)
    cache, rows = RowsKVCache(), list[list[float]]()
    for _ in range(60):
        if not rows or rng.random() < 0.3:
            joining = [
                [rng.random() for _ in range(rng.choice([0, 1, 9, 300]))]
                for _ in range(rng.randint(1, 3))
            ]
            cache.join([alone(row) for row in joining])
            rows += joining
        elif rng.random() < 0.2:
            kept = sorted(rng.sample(range(len(rows)), len(rows) - 1))
            keep(cache, kept)
            rows = [rows[source] for source in kept]
        if rows:
            following = [rng.random() for _ in rows]
            rows = [[*row, value] for row, value in zip(rows, following, strict=True)]
            for seen, row in zip(step(cache, following), rows, strict=True):
                assert seen == pytest.approx(row)
    for place, row in enumerate(rows):
        taken = cache.extract(place)
        assert taken.offset == len(row)
        assert (-taken.values[0, 1, :, 2]).tolist() == pytest.approx(row)


def test_nothing_of_a_row_that_has_left_reaches_the_next_one_in_its_place() -> None:
    cache = RowsKVCache()
    cache.join([alone([1.0]), alone([float("nan")] * 9)])
    keep(cache, [0])
    cache.join([alone([2.0])])
    step(cache, [1.0, 2.0])
    assert cache.keys is not None
    # What is masked is multiplied by a weight of 0, and NaN times 0 is NaN.
    assert mx.all(mx.isfinite(cache.keys[:2])).item()


def test_rows_of_equal_length_need_no_mask() -> None:
    cache = RowsKVCache()
    cache.join([alone([1.0, 2.0]), alone([3.0, 4.0])])
    assert cache.make_mask(1) is None
    cache.join([alone([5.0])])
    assert cache.make_mask(1) is not None


def test_a_window_shows_the_last_tokens() -> None:
    cache = RowsKVCache()
    cache.join([alone([1.0] * 5), alone([1.0] * 2)])
    mask = cache.make_mask(1, window_size=3)
    assert mask is not None
    # The token that the mask is made for takes the next place: 5 and 2.
    assert [[at for at, seen in enumerate(row) if seen] for row in as_lists(mask[:, 0, 0])] == [
        [3, 4, 5],
        [0, 1, 2],
    ]


def test_memory_is_given_back_when_the_long_row_leaves() -> None:
    cache = RowsKVCache()
    cache.join([alone([1.0] * 5000), alone([1.0] * 10), alone([1.0] * 10)])
    assert cache.keys is not None
    assert cache.keys.shape[2] >= 5000
    keep(cache, [2, 1])
    assert cache.keys.shape[2] == TOKEN_STEP
