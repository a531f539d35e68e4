"""The prefix cache: what is found, who waits for whom, what is counted."""

import random
import time
import tracemalloc
from collections.abc import Sequence

import pytest

from batching.engine.prefix.cache import PrefixCache
from batching.engine.prefix.node import NODE_BYTES
from batching.engine.prefix.values import MatchEnd, Prefix
from tests.batching.engine.prefix.payload import BLOCK_BYTES, PAYLOAD_BYTES, Payload

Cache = PrefixCache[Payload, Payload]

SYSTEM = tuple(range(100, 132))
"""Two blocks that several prompts begin with."""


def make_cache(*, max_blocks: int = 1000, needs_snapshots: bool = False) -> Cache:
    return PrefixCache(
        block_tokens=16, max_bytes=max_blocks * BLOCK_BYTES, needs_snapshots=needs_snapshots
    )


def payloads(token_ids: Sequence[int], first_block: int = 0) -> list[Payload]:
    """Of all whole blocks from `first_block` on."""
    ends = range((first_block + 1) * 16, len(token_ids) + 1, 16)
    return [Payload(tuple(token_ids[:end])) for end in ends]


def match(cache: Cache, sequence_id: str, token_ids: Sequence[int]) -> Prefix[Payload, Payload]:
    cache.begin(sequence_id, token_ids)
    return cache.match(sequence_id)


def run(cache: Cache, sequence_id: str, token_ids: Sequence[int]) -> Prefix[Payload, Payload]:
    """A sequence's whole life without an answer; what it found."""
    prefix = match(cache, sequence_id, token_ids)
    cache.store(sequence_id, 0, payloads(token_ids))
    cache.release(sequence_id)
    cache.check_integrity()
    return prefix


def tail(number: int, num_tokens: int = 20) -> tuple[int, ...]:
    """Tokens that no other tail has."""
    return tuple(range(number * 1000, number * 1000 + num_tokens))


def test_what_one_prompt_computed_another_finds() -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM + tail(1))
    prefix = match(cache, "b", SYSTEM + tail(2))
    assert prefix.num_tokens == 32
    assert list(prefix.blocks) == payloads(SYSTEM)


def test_a_shared_system_prompt_is_held_once() -> None:
    cache = make_cache()
    for number in range(10):
        run(cache, f"s{number}", SYSTEM + tail(number))
    assert cache.stats().num_blocks == 2 + 10
    assert cache.stats().num_bytes == 12 * BLOCK_BYTES


@pytest.mark.parametrize(
    ("num_tokens", "num_found"), [(1, 0), (15, 0), (16, 15), (17, 16), (32, 31), (33, 32)]
)
def test_the_last_token_of_a_prompt_is_always_computed(num_tokens: int, num_found: int) -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM)
    assert match(cache, "b", (SYSTEM + tail(1))[:num_tokens]).num_tokens == num_found


def test_a_block_that_is_equal_but_follows_others_is_another_block() -> None:
    cache = make_cache()
    run(cache, "a", tail(1, 16) + SYSTEM)
    assert match(cache, "b", SYSTEM + tail(1)).num_tokens == 0


def test_blocks_of_the_answer_are_found_by_the_next_turn() -> None:
    cache = make_cache()
    prompt, answer = (*SYSTEM, 1, 2, 3), tail(5, 30)
    match(cache, "a", prompt)
    cache.store("a", 0, payloads(prompt))
    cache.append("a", answer[:14])
    cache.append("a", answer[14:])
    cache.store("a", 2, payloads(prompt + answer, first_block=2))
    cache.release("a")
    assert match(cache, "b", prompt + answer + (4, 5, 6)).num_tokens == 64


def test_a_prefill_that_was_cancelled_leaves_what_it_has_computed() -> None:
    cache = make_cache()
    match(cache, "a", SYSTEM + tail(1))
    cache.store("a", 0, payloads(SYSTEM[:16]))
    cache.release("a")
    assert match(cache, "b", SYSTEM + tail(1)).num_tokens == 16


def test_storing_again_keeps_the_first_copy() -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM)
    match(cache, "b", SYSTEM)
    cache.store("b", 0, [Payload((1,)), Payload((2,))])
    assert list(cache.match("b").blocks) == payloads(SYSTEM)
    assert cache.stats().num_blocks == 2


def test_blocks_behind_a_missing_one_are_not_stored() -> None:
    cache = make_cache()
    match(cache, "a", SYSTEM)
    cache.store("a", 1, payloads(SYSTEM, first_block=1))
    assert cache.num_stored_blocks("a") == 0
    assert cache.stats().num_skipped_blocks == 1
    cache.store("a", 0, payloads(SYSTEM))
    assert cache.num_stored_blocks("a") == 2


def test_blocks_of_tokens_that_the_cache_was_not_told_are_refused() -> None:
    cache = make_cache()
    match(cache, "a", SYSTEM)
    with pytest.raises(ValueError, match="a has 32 tokens; 3 blocks have 48"):
        cache.store("a", 0, payloads(SYSTEM + tail(1)))


def test_a_sequence_begins_once_and_an_unknown_one_can_be_released() -> None:
    cache = make_cache()
    cache.begin("a", SYSTEM)
    with pytest.raises(ValueError, match="a is in the prefix cache already"):
        cache.begin("a", SYSTEM)
    cache.release("unknown")
    cache.release("a")
    cache.begin("a", SYSTEM)


# Waiting for what another sequence computes.


def test_the_second_of_two_prompts_waits_until_they_part() -> None:
    cache = make_cache()
    first, second = SYSTEM + tail(1), SYSTEM + tail(2)
    match(cache, "a", first)
    match(cache, "b", second)
    assert (cache.waits_for("a"), cache.waits_for("b")) == (None, "a")
    cache.store("a", 0, payloads(first[:16]))
    assert cache.waits_for("b") == "a"
    cache.store("a", 1, payloads(first[:32], first_block=1))
    assert cache.waits_for("b") is None
    assert cache.match("b").num_tokens == 32


def test_all_wait_for_the_first_and_then_for_the_next() -> None:
    cache = make_cache()
    for name in "abc":
        cache.begin(name, SYSTEM + tail(ord(name)))
    assert [cache.waits_for(name) for name in "abc"] == [None, "a", "a"]
    cache.release("a")
    assert [cache.waits_for(name) for name in "bc"] == [None, "b"]
    cache.release("b")
    assert cache.waits_for("c") is None


def test_a_sequence_that_begins_again_is_the_last() -> None:
    cache = make_cache()
    cache.begin("a", SYSTEM)
    cache.begin("b", SYSTEM)
    cache.release("a")
    cache.begin("a", SYSTEM)
    assert (cache.waits_for("a"), cache.waits_for("b")) == ("b", None)


def test_prompts_that_have_nothing_in_common_do_not_wait() -> None:
    cache = make_cache()
    cache.begin("a", tail(1))
    cache.begin("b", tail(2))
    cache.begin("short", tail(1)[:9])
    assert [cache.waits_for(name) for name in ("a", "b", "short")] == [None] * 3


def test_nobody_waits_for_a_block_that_could_not_be_stored() -> None:
    cache = make_cache(max_blocks=1)
    run(cache, "held", tail(9, 16))
    cache.begin("holder", tail(9))
    cache.begin("a", SYSTEM)
    cache.begin("b", SYSTEM)
    cache.store("a", 0, payloads(SYSTEM[:16]))
    assert cache.stats().num_skipped_blocks == 1
    assert (cache.waits_for("a"), cache.waits_for("b")) == (None, None)


def test_nobody_waits_for_a_sequence_that_is_decoding() -> None:
    cache = make_cache()
    cache.begin("a", SYSTEM)
    cache.begin("b", SYSTEM)
    cache.append("a", [7])
    assert cache.waits_for("b") is None


# Snapshots.


def test_a_match_ends_at_a_snapshot_if_the_model_needs_one() -> None:
    cache = make_cache(needs_snapshots=True)
    prompt = SYSTEM + tail(1)
    match(cache, "a", prompt)
    cache.store("a", 0, payloads(prompt[:16]), Payload(prompt[:16]))
    cache.store("a", 1, payloads(prompt, first_block=1))
    prefix = match(cache, "b", prompt)
    assert (prefix.num_tokens, prefix.snapshot) == (16, Payload(prompt[:16]))
    assert prefix.end is MatchEnd.NO_SNAPSHOT
    assert cache.num_stored_blocks("b") == 3


def test_a_snapshot_where_prompts_part_can_be_added_later() -> None:
    cache = make_cache(needs_snapshots=True)
    run(cache, "a", SYSTEM + tail(1))
    assert match(cache, "b", SYSTEM + tail(2)).num_tokens == 0
    cache.store("b", 2, [], Payload(SYSTEM))
    assert match(cache, "c", SYSTEM + tail(3)).snapshot == Payload(SYSTEM)
    cache.check_integrity()


def test_a_snapshot_at_the_end_of_a_prompt_is_of_no_use_to_the_same_prompt() -> None:
    cache = make_cache(needs_snapshots=True)
    match(cache, "a", SYSTEM)
    cache.store("a", 0, payloads(SYSTEM), Payload(SYSTEM))
    assert match(cache, "same", SYSTEM).num_tokens == 0
    assert match(cache, "longer", (*SYSTEM, 1)).num_tokens == 32


def test_a_snapshot_that_no_longer_has_its_block_is_dropped() -> None:
    cache = make_cache(max_blocks=1, needs_snapshots=True)
    run(cache, "held", tail(9, 16))
    cache.begin("holder", tail(9))
    cache.begin("a", SYSTEM)
    cache.store("a", 0, payloads(SYSTEM), Payload(SYSTEM))
    assert cache.stats().num_snapshots == 0
    cache.check_integrity()


# Why a match is not longer.


def test_a_match_says_why_it_is_not_longer() -> None:
    cache = make_cache()
    assert match(cache, "1", SYSTEM).end is MatchEnd.NOTHING_STORED
    run(cache, "a", SYSTEM + tail(1))
    assert match(cache, "2", SYSTEM + tail(1)).end is MatchEnd.WHOLE_PROMPT
    assert match(cache, "3", SYSTEM + tail(1) + tail(2)).end is MatchEnd.LONGER
    prefix = match(cache, "4", SYSTEM + tail(1)[:5] + tail(2))
    assert (prefix.end, prefix.end_token) == (MatchEnd.DIVERGES, 37)
    prefix = match(cache, "5", tail(3))
    assert (prefix.end, prefix.end_token) == (MatchEnd.DIVERGES, 0)


def test_a_match_says_that_the_next_block_was_evicted() -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM + tail(1))
    assert cache.evict(1) == BLOCK_BYTES
    prefix = match(cache, "b", SYSTEM + tail(1))
    assert (prefix.num_tokens, prefix.end) == (32, MatchEnd.EVICTED)
    cache.store("b", 2, payloads(SYSTEM + tail(1), first_block=2))
    assert match(cache, "c", SYSTEM + tail(1)).end is MatchEnd.WHOLE_PROMPT


def test_hits_and_misses_in_tokens_add_up_and_count_each_sequence_once() -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM + tail(1))
    cache.begin("b", SYSTEM + tail(2))
    cache.match("b")
    cache.match("b")
    assert cache.stats().num_prompts == 1  # it may still match more
    cache.store("b", 2, payloads(SYSTEM + tail(2), first_block=2))
    cache.append("b", [1])
    cache.release("b")
    stats = cache.stats()
    assert (stats.num_prompts, stats.num_hits) == (2, 1)
    assert (stats.prompt_tokens, stats.hit_tokens) == (104, 32)
    assert stats.missed_tokens == {MatchEnd.NOTHING_STORED: 52, MatchEnd.DIVERGES: 20}


def test_a_sequence_that_left_before_it_was_matched_is_not_counted() -> None:
    cache = make_cache()
    cache.begin("a", SYSTEM)
    assert cache.stats().num_sequences == 1
    cache.release("a")
    assert (cache.stats().num_prompts, cache.stats().num_sequences) == (0, 0)


# Room.


def test_what_a_live_sequence_matched_is_not_evicted() -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM + tail(1))
    match(cache, "b", SYSTEM + tail(2))
    cache.evict(10**9)
    assert cache.stats().num_blocks == 2
    assert list(cache.match("b").blocks) == payloads(SYSTEM)
    cache.release("b")
    assert cache.evict(10**9) == 2 * BLOCK_BYTES


def test_storing_is_skipped_and_no_error_when_all_that_is_stored_is_in_use() -> None:
    cache = make_cache(max_blocks=2)
    match(cache, "a", SYSTEM)
    cache.store("a", 0, payloads(SYSTEM))
    match(cache, "b", tail(1))
    cache.store("b", 0, payloads(tail(1)))
    assert (cache.stats().num_blocks, cache.stats().num_skipped_blocks) == (2, 1)
    cache.check_integrity()


def test_a_sequence_that_could_not_store_may_store_later() -> None:
    cache = make_cache(max_blocks=2)
    match(cache, "a", SYSTEM)
    cache.store("a", 0, payloads(SYSTEM))
    match(cache, "b", tail(1))
    cache.store("b", 0, payloads(tail(1)))
    cache.release("a")
    cache.store("b", 0, payloads(tail(1)))
    assert cache.num_stored_blocks("b") == 1


def test_closing_forgets_everything() -> None:
    cache = make_cache()
    run(cache, "a", SYSTEM)
    cache.begin("b", SYSTEM)
    cache.close()
    cache.check_integrity()
    assert (cache.stats().num_blocks, cache.stats().num_sequences) == (0, 0)
    cache.release("b")


# Cost.


def test_a_long_prompt_among_many_is_looked_up_in_milliseconds() -> None:
    """32,000 tokens among 500 entries of 1,900; on the machine it was written on it takes 1 ms."""
    rng = random.Random(1)
    cache: Cache = PrefixCache(max_bytes=10**12, needs_snapshots=False)
    system = [rng.randrange(150_000) for _ in range(1000)]
    for number in range(500):
        run_quickly(cache, f"s{number}", system + [rng.randrange(150_000) for _ in range(900)])
    prompt = system + [rng.randrange(150_000) for _ in range(31_000)]
    run_quickly(cache, "stored", prompt)
    prefixes, seconds = [], []
    for _ in range(5):
        begin = time.perf_counter()
        cache.begin("again", prompt)
        prefixes.append(cache.match("again").num_tokens)
        seconds.append(time.perf_counter() - begin)
        cache.release("again")
    print(f"begin and match of 32,000 tokens: {min(seconds) * 1000:.2f} ms")
    assert prefixes == [31_999] * 5
    assert min(seconds) < 0.05


def run_quickly(cache: Cache, sequence_id: str, token_ids: Sequence[int]) -> None:
    cache.begin(sequence_id, token_ids)
    cache.store(sequence_id, 0, [Payload(())] * (len(token_ids) // 16))
    cache.release(sequence_id)


def test_a_node_takes_no_more_memory_than_it_is_counted_with() -> None:
    rng = random.Random(1)
    cache: Cache = PrefixCache(max_bytes=10**12, needs_snapshots=False)
    tracemalloc.start()
    for number in range(20):
        run_quickly(cache, f"s{number}", [rng.randrange(150_000) for _ in range(1600)])
    # What other threads take meanwhile is not the cache's.
    ours = [tracemalloc.Filter(True, place) for place in ("*/engine/prefix/*", __file__)]
    traces = tracemalloc.take_snapshot().filter_traces(ours)
    tracemalloc.stop()
    num_bytes = sum(each.size for each in traces.statistics("filename"))
    assert num_bytes <= 2000 * NODE_BYTES
    assert cache.stats().num_bytes == 2000 * (NODE_BYTES + PAYLOAD_BYTES)
