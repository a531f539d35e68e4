"""KV caches in blocks against caches that were computed at once."""

import gc
import random
from collections.abc import Callable, Sequence
from typing import Any, cast

import mlx.core as mx
import pytest
from mlx_lm.models import cache as mlx_lm_cache

from batching.engine.loader import LanguageModel
from batching.engine.prefix.blocks import Block, CacheLayout, Snapshot, probe_layout
from batching.engine.running_batch import PromptCache

caches: Any = mlx_lm_cache  # its classes have no types

TOLERANCE = 1e-4
PROMPT = [random.Random(5).randrange(128) for _ in range(75)]


def read(model: LanguageModel, cache: PromptCache, token_ids: Sequence[int]) -> mx.array:
    """Logits after the last of the tokens, read in chunks as the engine does."""
    for start in range(0, len(token_ids) - 1, 13):
        model.forward(mx.array([token_ids[start : min(start + 13, len(token_ids) - 1)]]), cache)
    return model.forward(mx.array([[token_ids[-1]]]), cache)


def likely(logits: mx.array) -> list[int]:
    """Each row's most likely token."""
    return cast(list[int], mx.argmax(logits, axis=-1).tolist())


def answer(model: LanguageModel, cache: PromptCache, logits: mx.array) -> list[int]:
    """The 20 most likely tokens; the last is not read."""
    token_ids: list[int] = []
    for _ in range(20):
        token_ids += likely(logits)
        logits = model.forward(mx.array([token_ids[-1:]]), cache)
    return token_ids


def take(
    model: LanguageModel, layout: CacheLayout, token_ids: Sequence[int]
) -> tuple[list[Block], Snapshot | None]:
    """What a sequence that has read so many tokens leaves behind."""
    cache = model.new_cache()
    if token_ids:
        read(model, cache, token_ids)
    blocks = layout.take_blocks(cache, 0, len(token_ids) // layout.block_tokens)
    return blocks, layout.take_snapshot(cache, len(token_ids)) if token_ids else None


def assert_same_as_fresh(
    model: LanguageModel, cache: PromptCache, token_ids: Sequence[int], num_restored: int
) -> None:
    fresh_cache = model.new_cache()
    fresh = read(model, fresh_cache, token_ids)
    logits = read(model, cache, token_ids[num_restored:])
    assert mx.all(mx.abs(fresh - logits) <= TOLERANCE)
    assert answer(model, cache, logits) == answer(model, fresh_cache, fresh)


@pytest.mark.parametrize("num_restored", [0, 16, 32, 64])
def test_a_restored_cache_answers_like_one_that_was_computed(
    model: LanguageModel, layout: CacheLayout, num_restored: int
) -> None:
    blocks, snapshot = take(model, layout, PROMPT[:num_restored])
    cache = layout.restore(blocks, snapshot, num_restored)
    assert_same_as_fresh(model, cache, PROMPT, num_restored)


def test_the_state_before_the_last_token_of_a_prompt_is_enough_for_its_answer(
    model: LanguageModel, layout: CacheLayout
) -> None:
    blocks, snapshot = take(model, layout, PROMPT[:64])
    assert_same_as_fresh(model, layout.restore(blocks, snapshot, 64), PROMPT[:65], 64)


def test_a_cache_that_ends_inside_a_block_is_restored_up_to_there(
    models: Callable[[str], LanguageModel],
) -> None:
    model = models("qwen2")
    layout = probe_layout(model)
    blocks, _ = take(model, layout, PROMPT[:48])
    assert_same_as_fresh(model, layout.restore(blocks, None, 47), PROMPT[:48], 47)


def test_restoring_twice_gives_the_same_although_caches_write_in_place(
    model: LanguageModel, layout: CacheLayout
) -> None:
    blocks, snapshot = take(model, layout, PROMPT[:32])
    first = layout.restore(blocks, snapshot, 32)
    # One token at a time from the start: a chunk would give the cache new arrays.
    answer(model, first, read(model, first, PROMPT[40:41]))
    assert_same_as_fresh(model, layout.restore(blocks, snapshot, 32), PROMPT, 32)


def test_the_cache_that_was_taken_from_goes_on_unharmed(
    model: LanguageModel, layout: CacheLayout
) -> None:
    cache = model.new_cache()
    read(model, cache, PROMPT[:32])
    layout.take_blocks(cache, 0, 2)
    layout.take_snapshot(cache, 32)
    assert_same_as_fresh(model, cache, PROMPT, 32)


def test_blocks_of_a_row_that_lived_in_a_batch_are_its_own(
    model: LanguageModel, layout: CacheLayout
) -> None:
    """Two rows of different lengths decode together until one has 48 tokens in its cache."""
    rows = [model.new_cache(), model.new_cache()]
    prompts = [PROMPT[:37], PROMPT[30:72]]
    logits = mx.concatenate(
        [read(model, row, prompt) for row, prompt in zip(rows, prompts, strict=True)]
    )
    batch = [layers[0].merge(list(layers)) for layers in zip(*rows, strict=True)]
    for _ in range(11):
        token_ids = likely(logits)
        for prompt, token_id in zip(prompts, token_ids, strict=True):
            prompt.append(token_id)
        logits = model.forward(mx.array(token_ids)[:, None], batch)
    row = [layer.extract(0) for layer in batch]
    blocks = layout.take_blocks(row, 0, 3)
    snapshot = layout.take_snapshot(row, 48)
    cache = layout.restore(blocks, snapshot, 48)
    assert_same_as_fresh(model, cache, prompts[0] + PROMPT[50:60], 48)


def test_blocks_taken_one_by_one_are_those_taken_at_once(
    model: LanguageModel, layout: CacheLayout
) -> None:
    cache = model.new_cache()
    read(model, cache, PROMPT)
    at_once = layout.take_blocks(cache, 1, 4)
    one_by_one = [layout.take_blocks(cache, i, i + 1)[0] for i in (1, 2, 3)]
    for left, right in zip(at_once, one_by_one, strict=True):
        assert all(map(mx.array_equal, left.arrays, right.arrays))


def test_a_block_is_as_large_as_the_layout_says_and_in_few_buffers(
    model: LanguageModel, layout: CacheLayout
) -> None:
    blocks, _ = take(model, layout, PROMPT[:32])
    assert [block.nbytes for block in blocks] == [layout.block_bytes] * 2
    assert all(len(block.arrays) <= 2 for block in blocks)


def test_a_block_keeps_no_other_memory_alive(models: Callable[[str], LanguageModel]) -> None:
    model = models("llama")
    layout = probe_layout(model)
    # Freed buffers that are half as large again, which mlx would like to use for blocks.
    mx.eval([mx.zeros(layout.block_bytes * 3 // 2, dtype=mx.uint8) + i for i in range(20)])
    gc.collect()  # what tests before this one left
    before = mx.get_active_memory()
    blocks, _ = take(model, layout, [*PROMPT, *PROMPT, *PROMPT][:208])
    assert mx.get_active_memory() - before <= 1.2 * 13 * layout.block_bytes
    del blocks[1:]
    assert mx.get_active_memory() - before <= 1.2 * layout.block_bytes


def test_a_snapshot_holds_a_window_and_not_the_chunk_that_was_read_last(
    models: Callable[[str], LanguageModel],
) -> None:
    model = models("gemma3_text")
    cache = model.new_cache()
    mx.eval(model.forward(mx.array([PROMPT[:70]]), cache), [layer.state for layer in cache])
    layout = probe_layout(model)
    gc.collect()
    before = mx.get_active_memory()
    snapshot = layout.take_snapshot(cache, 70)
    assert snapshot is not None
    # Two layers, keys and values, two heads of 8, four bytes each.
    assert snapshot.nbytes == 24 * 2 * 2 * 2 * 8 * 4
    assert mx.get_active_memory() - before <= 1.2 * snapshot.nbytes + 2 * 4096


@pytest.mark.parametrize("kind", ["llama", "deepseek_v3"])
def test_a_model_of_plain_caches_needs_no_snapshots(
    kind: str, models: Callable[[str], LanguageModel]
) -> None:
    model = models(kind)
    layout = probe_layout(model)
    assert not layout.needs_snapshots
    assert layout.take_snapshot(model.new_cache(), 0) is None


class SpecialKVCache(caches.KVCache):  # type: ignore[misc]
    """One that may keep more than keys and values."""


@pytest.mark.parametrize(
    ("cache", "reason"),
    [
        (caches.ChunkedKVCache(8), "ChunkedKVCache"),
        (caches.QuantizedKVCache(), "QuantizedKVCache"),
        (caches.CacheList(caches.KVCache(), caches.ChunkedKVCache(8)), "ChunkedKVCache"),
        (caches.RotatingKVCache(8, keep=4), "keeps its first 4"),
        (SpecialKVCache(), "SpecialKVCache"),
    ],
)
def test_a_model_with_other_caches_is_not_supported(cache: Any, reason: str) -> None:
    layout = CacheLayout(lambda: [caches.KVCache(), cache], [caches.KVCache(), cache])
    assert not layout.is_supported
    assert reason in str(layout.reason)


def test_a_layer_that_keeps_nothing_is_left_alone() -> None:
    """Models that share keys between layers have caches that stay empty."""

    def new_cache() -> PromptCache:
        return [caches.KVCache(), caches.KVCache()]

    cache = new_cache()
    cache[0].update_and_fetch(mx.ones((1, 2, 20, 4)), mx.ones((1, 2, 20, 4)))
    layout = CacheLayout(new_cache, cache)
    restored = layout.restore(layout.take_blocks(cache, 0, 1), None, 16)
    assert (restored[0].offset, restored[1].empty()) == (16, True)


def test_an_array_without_elements_is_restored_too() -> None:
    """DeepSeek's indexer stores keys and values of size 0."""
    cache = [caches.CacheList(caches.KVCache(), caches.KVCache())]
    cache[0][0].update_and_fetch(mx.ones((1, 1, 20, 4)), mx.ones((1, 1, 20, 2)))
    cache[0][1].update_and_fetch(mx.ones((1, 1, 20, 3)), mx.zeros((1, 1, 20, 0)))
    layout = CacheLayout(lambda: [caches.CacheList(caches.KVCache(), caches.KVCache())], cache)
    [restored] = layout.restore(layout.take_blocks(cache, 0, 1), None, 16)
    assert restored[1].values.shape == (1, 1, 16, 0)
    assert mx.array_equal(restored[0].values, mx.ones((1, 1, 16, 2)))


def test_what_does_not_fit_together_is_refused(models: Callable[[str], LanguageModel]) -> None:
    plain, sliding = models("llama"), models("gemma3_text")
    layout, sliding_layout = probe_layout(plain), probe_layout(sliding)
    blocks, _ = take(plain, layout, PROMPT[:32])
    with pytest.raises(ValueError, match="2 blocks do not cover 33 tokens"):
        layout.restore(blocks, None, 33)
    blocks, snapshot = take(sliding, sliding_layout, PROMPT[:32])
    with pytest.raises(ValueError, match="a snapshot of 0 layers for 2"):
        sliding_layout.restore(blocks, None, 32)
    with pytest.raises(ValueError, match="a snapshot of 2 layers for 0"):
        layout.restore(blocks, snapshot, 32)
    cache = sliding.new_cache()
    read(sliding, cache, PROMPT[:32])
    with pytest.raises(ValueError, match="a sliding window of 32 tokens, not 33"):
        sliding_layout.take_snapshot(cache, 33)
    with pytest.raises(ValueError, match="a cache of 32 tokens has no token 47"):
        sliding_layout.take_blocks(cache, 2, 3)
