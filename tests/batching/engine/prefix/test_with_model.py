"""Tree, blocks and a model together, used as an engine uses them."""

import gc
import random
from collections.abc import Callable
from typing import cast

import mlx.core as mx
import pytest

from batching.engine.loader import LanguageModel
from batching.engine.prefix.blocks import Block, CacheLayout, Snapshot, probe_layout
from batching.engine.prefix.cache import PrefixCache
from batching.engine.running_batch import PromptCache

Cache = PrefixCache[Block, Snapshot]

NUM_ANSWER_TOKENS = 20
CHUNK_BLOCKS = 2


class Reader:
    """Answers prompts one by one, with a prefix cache or without."""

    def __init__(self, model: LanguageModel, layout: CacheLayout, prefixes: Cache | None) -> None:
        self._model = model
        self._layout = layout
        self._prefixes = prefixes
        self._num_sequences = 0
        self.num_tokens_read = 0

    def answer(self, prompt: list[int]) -> list[int]:
        """The most likely tokens, as many as NUM_ANSWER_TOKENS."""
        self._num_sequences += 1
        name = f"s{self._num_sequences}"
        cache, num_done = self._begin(name, prompt)
        while num_done < len(prompt) - 1:
            # Chunks end where blocks end, so that a snapshot can be taken there.
            end = min((num_done // 16 + CHUNK_BLOCKS) * 16, len(prompt) - 1)
            self._read(prompt[num_done:end], cache)
            num_done = end
            self._store(name, cache, num_done)
        answer: list[int] = []
        logits = self._read(prompt[-1:], cache)
        while len(answer) < NUM_ANSWER_TOKENS:
            answer += cast(list[int], mx.argmax(logits, axis=-1).tolist())
            logits = self._read(answer[-1:], cache)
        self._end(name, cache, answer, len(prompt) + len(answer))
        return answer

    def _begin(self, name: str, prompt: list[int]) -> tuple[PromptCache, int]:
        if self._prefixes is None:
            return self._model.new_cache(), 0
        self._prefixes.begin(name, prompt)
        prefix = self._prefixes.match(name)
        cache = self._layout.restore(prefix.blocks, prefix.snapshot, prefix.num_tokens)
        return cache, prefix.num_tokens

    def _read(self, token_ids: list[int], cache: PromptCache) -> mx.array:
        self.num_tokens_read += len(token_ids)
        return self._model.forward(mx.array([token_ids]), cache)

    def _store(self, name: str, cache: PromptCache, num_done: int) -> None:
        if self._prefixes is None:
            return
        first, end = self._prefixes.num_stored_blocks(name), num_done // 16
        blocks = self._layout.take_blocks(cache, first, end)
        snapshot = self._layout.take_snapshot(cache, num_done) if num_done % 16 == 0 else None
        self._prefixes.store(name, end - len(blocks), blocks, snapshot)
        self._prefixes.check_integrity()

    def _end(self, name: str, cache: PromptCache, answer: list[int], num_done: int) -> None:
        if self._prefixes is not None:
            self._prefixes.append(name, answer)
            self._store(name, cache, num_done)
            self._prefixes.release(name)


def make_prompts(rng: random.Random) -> list[list[int]]:
    """Some that share a long beginning, some that are the same, some that part early."""
    system = [rng.randrange(128) for _ in range(70)]
    prompts = []
    for _ in range(6):
        shared = system[: rng.choice([20, 50, 70, 70])]
        prompts.append(shared + [rng.randrange(128) for _ in range(rng.randint(1, 40))])
    return prompts + rng.sample(prompts, 3)


@pytest.mark.parametrize("max_share", [1.0, 0.3])
def test_answers_do_not_depend_on_what_is_in_the_prefix_cache(
    model: LanguageModel, layout: CacheLayout, max_share: float
) -> None:
    """Also when it is so small that it evicts all the time."""
    max_bytes = int(max_share * 40 * (layout.block_bytes + 20_000))
    prefixes: Cache = PrefixCache(max_bytes=max_bytes, needs_snapshots=layout.needs_snapshots)
    with_cache, without = Reader(model, layout, prefixes), Reader(model, layout, None)
    for prompt in make_prompts(random.Random(1)):
        assert with_cache.answer(prompt) == without.answer(prompt)
    assert with_cache.num_tokens_read < without.num_tokens_read
    assert prefixes.stats().hit_tokens == without.num_tokens_read - with_cache.num_tokens_read


def test_the_next_turn_of_a_chat_reads_only_what_is_new(
    models: Callable[[str], LanguageModel],
) -> None:
    model = models("qwen2")
    layout = probe_layout(model)
    reader = Reader(model, layout, PrefixCache(max_bytes=10**9, needs_snapshots=False))
    chat = list(range(60))
    for _ in range(3):
        before = reader.num_tokens_read
        chat += [*reader.answer(chat), 5, 6, 7]
        num_read = reader.num_tokens_read - before
    assert len(chat) == 129
    # The last turn: what follows the last whole block, and its answer.
    assert num_read == 106 - 96 + NUM_ANSWER_TOKENS


def test_what_is_held_for_nobody_is_hardly_more_than_the_distinct_tokens(
    models: Callable[[str], LanguageModel],
) -> None:
    model = models("llama")
    layout = probe_layout(model)
    prefixes: Cache = PrefixCache(max_bytes=10**9, needs_snapshots=False)
    reader = Reader(model, layout, prefixes)
    rng = random.Random(3)
    system = [rng.randrange(128) for _ in range(200)]
    gc.collect()  # what tests before this one left
    before = mx.get_active_memory()
    for _ in range(8):
        reader.answer(system + [rng.randrange(128) for _ in range(100)])
    num_distinct = 200 + 8 * (100 + NUM_ANSWER_TOKENS)
    distinct_bytes = num_distinct * layout.block_bytes // layout.block_tokens
    gc.collect()
    share = (mx.get_active_memory() - before) / distinct_bytes
    print(f"{share:.3f} of the distinct tokens' bytes")
    assert 0.9 <= share <= 1.2  # less than 1: the last tokens of a sequence fill no block
