"""The running batch: who is in it after joins and leaves, and which caches can be in one."""

from typing import Any

import mlx.core as mx
from mlx_lm.models import cache as mlx_lm_cache

from batching.engine.protocol import EngineSequence
from batching.engine.row import Row
from batching.engine.running_batch import RunningBatch, can_batch
from batching.engine.sampling_params import SamplingParams

caches: Any = mlx_lm_cache  # its classes have no types


def make_row(name: str) -> Row:
    return Row(EngineSequence(name, (1,), 1, SamplingParams()))


def make_cache(value: float, num_tokens: int) -> list[Any]:
    cache = caches.KVCache()
    cache.update_and_fetch(*[mx.full((1, 1, num_tokens, 2), value)] * 2)
    return [cache]


def make_batch(*names: str) -> RunningBatch:
    batch = RunningBatch()
    for number, name in enumerate(names, start=1):
        batch.join(make_row(name), make_cache(number, num_tokens=number))
    batch.settle()
    return batch


def names_of(batch: RunningBatch) -> list[str]:
    return [row.sequence_id for row in batch.rows]


def values_of(batch: RunningBatch) -> list[float]:
    """The value that each row's last key holds."""
    rows = [batch.cache_of(index)[0].keys for index in range(len(batch.rows))]
    return [float(keys[0, 0, -1, 0].item()) for keys in rows]


def test_rows_and_cache_keep_the_same_order_through_joins_and_leaves() -> None:
    batch = make_batch("a", "b", "c", "d")
    assert (names_of(batch), values_of(batch)) == (["a", "b", "c", "d"], [1, 2, 3, 4])
    batch.leave(["b"])
    batch.join(make_row("e"), make_cache(5, num_tokens=9))
    batch.settle()
    assert (names_of(batch), values_of(batch)) == (["a", "d", "c", "e"], [1, 4, 3, 5])
    batch.leave(["a", "c"])
    batch.settle()
    assert (names_of(batch), values_of(batch)) == (["e", "d"], [5, 4])


def test_nothing_moves_until_the_batch_is_settled() -> None:
    batch = make_batch("a", "b")
    batch.join(make_row("c"), make_cache(3, num_tokens=1))
    batch.leave(["a"])
    assert names_of(batch) == ["a", "b"]


def test_a_row_can_leave_before_it_has_joined_and_come_back_under_its_id() -> None:
    batch = make_batch("a")
    batch.join(make_row("b"), make_cache(2, num_tokens=2))
    batch.leave(["b"])
    batch.leave(["a"])
    batch.join(make_row("a"), make_cache(5, num_tokens=2))
    batch.settle()
    assert (names_of(batch), values_of(batch)) == (["a"], [5])


def test_the_last_row_takes_the_cache_with_it_at_once() -> None:
    batch = make_batch("a", "b")
    batch.leave(["a", "b", "unknown"])
    assert batch.cache == []


def test_caches_that_mlx_lm_cannot_merge_are_found_even_inside_others() -> None:
    assert can_batch(
        [
            caches.KVCache(),
            caches.RotatingKVCache(8),
            caches.CacheList(caches.KVCache(), caches.KVCache()),
        ]
    )
    assert not can_batch([caches.KVCache(), caches.ChunkedKVCache(8)])
    assert not can_batch([caches.CacheList(caches.KVCache(), caches.ChunkedKVCache(8))])
