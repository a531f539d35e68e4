"""Whatever happens in whatever order, the prefix cache does what a search of everything does."""

from collections.abc import Sequence
from itertools import chain
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from batching.engine.prefix.cache import PrefixCache
from batching.engine.prefix.node import path_to
from tests.batching.engine.prefix.naive import BLOCK_TOKENS, NaiveCache
from tests.batching.engine.prefix.payload import BLOCK_BYTES, Payload

Cache = PrefixCache[Payload, Payload]
Name = Literal["begin", "match", "store", "append", "release", "evict"]
Action = tuple[Name, int, tuple[int, ...]]
"""What happens, to which of the live sequences, and with which tokens."""

# Two tokens and blocks of two: prompts share much, and part everywhere.
TOKENS = st.lists(st.integers(0, 1), min_size=1, max_size=11).map(tuple)
ACTIONS = st.tuples(
    st.sampled_from(("begin", "match", "store", "store", "append", "release", "evict")),
    st.integers(0, 7),
    TOKENS,
)


def payloads(token_ids: Sequence[int], first_block: int, end_block: int) -> list[Payload]:
    ends = range((first_block + 1) * BLOCK_TOKENS, end_block * BLOCK_TOKENS + 1, BLOCK_TOKENS)
    return [Payload(tuple(token_ids[:end])) for end in ends]


def act(cache: Cache, naive: NaiveCache, action: Action, number: int) -> None:
    """Do the same to both."""
    name, pick, token_ids = action
    if name == "begin":
        cache.begin(f"s{number}", token_ids)
        naive.begin(f"s{number}", token_ids)
    elif name == "evict":
        cache.evict(BLOCK_BYTES)
        naive.evict_one()
    elif naive.live:
        act_on(cache, naive, list(naive.live)[pick % len(naive.live)], action)


def act_on(cache: Cache, naive: NaiveCache, sequence_id: str, action: Action) -> None:
    name, pick, token_ids = action
    sequence = naive.live[sequence_id]
    if name == "match":
        prefix = cache.match(sequence_id)
        assert prefix.num_tokens == naive.num_matched(sequence_id)
        assert list(prefix.blocks) == payloads(sequence.token_ids, 0, len(prefix.blocks))
    elif name == "store":
        # From where it is, or from a block before or behind.
        first = min(max(0, sequence.num_computed_blocks + pick % 3 - 1), len(sequence.paths))
        end = min(len(sequence.paths), first + 1 + len(token_ids) // 3)
        cache.store(sequence_id, first, payloads(sequence.token_ids, first, end))
        naive.store(sequence_id, first, end)
    elif name == "append":
        cache.append(sequence_id, token_ids)
        naive.append(sequence_id, token_ids)
    else:
        cache.release(sequence_id)
        naive.release(sequence_id)


def assert_alike(cache: Cache, naive: NaiveCache) -> None:
    cache.check_integrity()
    paths = [path_to(node) for node in cache._tree.nodes()]
    stored = [tuple(chain.from_iterable(node.tokens for node in path)) for path in paths]
    assert sorted(stored) == sorted(naive.stored)
    for sequence_id, sequence in naive.live.items():
        assert cache.num_stored_blocks(sequence_id) * BLOCK_TOKENS == len(sequence.frontier)
        owner = cache.waits_for(sequence_id)
        assert owner == naive.waits_for(sequence_id)
        assert owner is None or cache.waits_for(owner) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(ACTIONS, max_size=60), st.integers(1, 12))
def test_any_order_of_events_stores_matches_waits_and_evicts_like_a_search_of_everything(
    actions: list[Action], max_blocks: int
) -> None:
    cache: Cache = PrefixCache(
        block_tokens=BLOCK_TOKENS, max_bytes=max_blocks * BLOCK_BYTES, needs_snapshots=False
    )
    naive = NaiveCache(max_blocks)
    for number, action in enumerate(actions):
        act(cache, naive, action, number)
        assert_alike(cache, naive)
    for sequence_id in list(naive.live):
        cache.release(sequence_id)
        naive.release(sequence_id)
    assert_alike(cache, naive)
    assert cache.evict(max_blocks * BLOCK_BYTES) == len(naive.stored) * BLOCK_BYTES
    assert (cache.stats().num_bytes, cache.stats().num_blocks) == (0, 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TOKENS, st.sets(st.integers(1, 5))), max_size=12), TOKENS)
def test_with_snapshots_a_match_ends_at_the_deepest_one_before_the_last_token(
    stored: list[tuple[tuple[int, ...], set[int]]], prompt: tuple[int, ...]
) -> None:
    cache: Cache = PrefixCache(block_tokens=BLOCK_TOKENS, max_bytes=10**9, needs_snapshots=True)
    with_snapshot = set()
    for number, (token_ids, ends) in enumerate(stored):
        cache.begin(f"s{number}", token_ids)
        for index in range(len(token_ids) // BLOCK_TOKENS):
            path = token_ids[: (index + 1) * BLOCK_TOKENS]
            snapshot = Payload(path) if index + 1 in ends else None
            cache.store(f"s{number}", index, [Payload(path)], snapshot)
            if snapshot is not None:
                with_snapshot.add(path)
        cache.release(f"s{number}")
    cache.begin("last", prompt)
    prefix = cache.match("last")
    cache.check_integrity()
    ends_there = [prompt[:end] for end in range(1, len(prompt)) if prompt[:end] in with_snapshot]
    deepest = max(ends_there, key=len, default=())
    assert prefix.num_tokens == len(deepest)
    assert prefix.snapshot == (Payload(deepest) if deepest else None)
    assert list(prefix.blocks) == payloads(prompt, 0, len(deepest) // BLOCK_TOKENS)
