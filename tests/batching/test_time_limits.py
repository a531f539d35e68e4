"""Requests that are ended because their time is over, and what a wait is told beforehand."""

import asyncio

import pytest

from batching.batcher import MAX_RETRY_AFTER_SECONDS
from batching.errors import NotBegun, QueueFull, RequestTimeout
from batching.time_limits import TimeLimits
from tests.batching.conftest import Bench, all_tokens, fill_the_slots

SOON_SECONDS = 0.02


def patience(seconds: float) -> TimeLimits:
    return TimeLimits(patience_seconds=seconds)


def in_all(seconds: float) -> TimeLimits:
    now_seconds = asyncio.get_running_loop().time()
    return TimeLimits(total_seconds=seconds, arrived_seconds=now_seconds)


async def test_a_whole_answer_is_not_begun_when_its_client_has_given_up(bench: Bench) -> None:
    running = await fill_the_slots(bench)
    waiting = bench.submit(7, 8, is_streamed=False, time_limits=patience(SOON_SECONDS))
    with pytest.raises(NotBegun, match=r"has waited 0\.02 s"):
        await all_tokens(waiting)
    bench.gate.open()
    await asyncio.gather(*map(all_tokens, running))
    assert bench.engine.num_calls["add"] == 2
    assert bench.batcher.counts.num_not_begun == 1


async def test_one_that_has_begun_goes_on(bench: Bench) -> None:
    bench.gate.close(after=1)
    stream = bench.submit(7, 8, is_streamed=False, time_limits=patience(SOON_SECONDS))
    await asyncio.sleep(2 * SOON_SECONDS)  # until a time that is the loop's, not ours
    bench.gate.open()
    assert await all_tokens(stream) == [7, 8]
    assert bench.batcher.counts.num_not_begun == 0


async def test_a_stream_may_wait_longer_because_it_gets_signs_of_life(bench: Bench) -> None:
    await fill_the_slots(bench)
    waiting = bench.submit(7, 8, time_limits=patience(SOON_SECONDS))
    await asyncio.sleep(2 * SOON_SECONDS)
    bench.gate.open()
    assert await all_tokens(waiting) == [7, 8]


async def test_a_running_answer_ends_at_its_time_limit_and_frees_its_slot(bench: Bench) -> None:
    bench.gate.close(after=1)
    stream = bench.submit(7, 8, 9, time_limits=in_all(SOON_SECONDS))
    assert bench.batcher.num_running == 1
    with pytest.raises(RequestTimeout, match=r"not complete after 0\.02 s"):
        await all_tokens(stream)
    bench.gate.open()
    assert await all_tokens(bench.submit(5)) == [5]
    assert bench.engine.sequence_ids == frozenset()
    assert bench.batcher.counts.num_timed_out == 1


async def test_a_waiting_answer_ends_at_its_time_limit_too(bench: Bench) -> None:
    await fill_the_slots(bench)
    waiting = bench.submit(7, 8, time_limits=in_all(SOON_SECONDS))
    with pytest.raises(RequestTimeout):
        await all_tokens(waiting)
    assert bench.batcher.num_waiting == 0


async def test_an_answer_that_is_done_in_time_is_not_counted(bench: Bench) -> None:
    stream = bench.submit(7, 8, time_limits=in_all(60))
    assert await all_tokens(stream) == [7, 8]
    assert bench.batcher.counts.num_timed_out == 0


async def test_who_has_to_wait_is_told_its_place(bench: Bench) -> None:
    running = await fill_the_slots(bench)
    waiting = [bench.submit(7) for _ in range(2)]
    assert [each.queue_place for each in running] == [None, None]
    places = [each.queue_place for each in waiting]
    assert [place.position for place in places if place] == [1, 2]
    # Nothing has moved yet: two slots, a second each.
    expected = [place.expected_seconds for place in places if place]
    assert expected == pytest.approx([0.5, 1.0], abs=0.4)


async def test_a_refusal_is_counted_and_says_when_the_queue_will_have_moved(bench: Bench) -> None:
    await fill_the_slots(bench)
    for _ in range(4):
        bench.submit(1)
    with pytest.raises(QueueFull) as caught:
        bench.submit(1)
    assert 3 <= caught.value.retry_after_seconds <= MAX_RETRY_AFTER_SECONDS  # 5 requests, 2 slots
    with pytest.raises(QueueFull):
        bench.batcher.require_room()
    assert bench.batcher.counts.num_refused == 2
