"""The waiting queue by itself: its bounds, who may exceed them, and what it keeps."""

import gc
import itertools
import tracemalloc
import weakref
from collections.abc import Callable

import pytest

from batching.errors import QueueFull
from batching.messages import Priority
from batching.queue import MAX_CLIENTS_REMEMBERED, RequestQueue
from batching.stream import TokenStream
from tests.batching.conftest import FakeClock, request


def make_queue(*, max_requests: int = 1000, max_tokens: int = 1_000_000) -> RequestQueue:
    return RequestQueue(max_requests=max_requests, max_tokens=max_tokens, clock=FakeClock())


def put(queue: RequestQueue, *streams: TokenStream) -> None:
    for stream in streams:
        queue.put(stream)


def flood(queue: RequestQueue, client: str) -> int:
    """Put small requests of a client until one is refused; how many were taken."""
    for num_taken in range(10_000):
        try:
            put(queue, request(f"{client}{num_taken}", client=client, num_tokens=1))
        except QueueFull:
            return num_taken
    raise AssertionError("the queue has no bound")


async def test_requests_of_one_client_leave_in_the_order_they_came() -> None:
    queue = make_queue()
    streams = [request(name) for name in "abc"]
    put(queue, *streams)
    assert [queue.take() for _ in range(3)] == streams
    assert queue.take() is None
    assert (len(queue), queue.num_tokens) == (0, 0)


@pytest.mark.parametrize("priority", ["interactive", "batch"])
async def test_a_request_can_leave_from_the_middle_and_frees_its_place(priority: Priority) -> None:
    queue = make_queue()
    first, middle, last = (request(name, priority=priority) for name in "abc")
    put(queue, first, middle, last)
    assert queue.discard(middle)
    assert not queue.discard(middle)
    assert (len(queue), queue.num_tokens) == (2, 20)
    assert [queue.take(), queue.take(), queue.take()] == [first, last, None]


async def test_a_request_that_was_taken_is_not_waiting_any_more() -> None:
    queue = make_queue()
    stream = request("a")
    put(queue, stream)
    queue.take()
    assert not queue.discard(stream)


async def test_both_bounds_are_kept() -> None:
    queue = make_queue(max_requests=2, max_tokens=25)
    put(queue, request("a"))
    with pytest.raises(QueueFull, match="26 prompt tokens would wait; the limit is 25"):
        put(queue, request("b", num_tokens=16))
    put(queue, request("b"))
    with pytest.raises(QueueFull, match="3 requests would wait; the limit is 2"):
        put(queue, request("c"))


async def test_one_request_over_the_token_bound_may_wait_alone() -> None:
    queue = make_queue(max_tokens=25)
    put(queue, request("a", num_tokens=100))
    with pytest.raises(QueueFull):
        put(queue, request("b", num_tokens=1))


async def test_a_refused_request_changes_nothing() -> None:
    queue = make_queue(max_requests=1)
    put(queue, request("a"))
    with pytest.raises(QueueFull):
        put(queue, request("b"))
    assert (len(queue), queue.num_tokens) == (1, 10)


@pytest.mark.parametrize("limit", [1, 2, 4, 512])
async def test_a_client_that_floods_the_queue_fills_it_to_its_bound_and_others_still_enter(
    limit: int,
) -> None:
    queue = make_queue(max_requests=limit)
    assert flood(queue, "nas") == limit
    put(queue, request("chat", client="phone"))
    assert len(queue) == limit + 1


@pytest.mark.parametrize("limit", [4, 25, 1000])
async def test_a_client_that_floods_the_bound_in_tokens_leaves_room_for_others(limit: int) -> None:
    queue = make_queue(max_tokens=limit)
    assert flood(queue, "nas") == limit
    put(queue, request("chat", client="phone", num_tokens=limit // 4))
    with pytest.raises(QueueFull):
        put(queue, request("more", client="phone", num_tokens=1))


async def test_ten_clients_that_flood_the_queue_leave_room_for_another() -> None:
    queue = make_queue(max_requests=512)
    taken = [flood(queue, f"nas{n}-") for n in range(10)]
    assert taken == sorted(taken, reverse=True)
    put(queue, request("chat", client="phone"))


async def test_however_many_come_a_quarter_above_the_bound_is_the_end() -> None:
    queue = make_queue(max_requests=100)
    for n in range(200):
        flood(queue, f"client{n}-")
    assert len(queue) == 125


async def test_requests_on_their_way_count_as_waiting() -> None:
    queue = make_queue(max_requests=4)
    put(queue, request("a"))
    queue.require_place("", num_coming=2, num_own_coming=2)
    with pytest.raises(QueueFull, match="5 requests would wait; the limit is 4"):
        queue.require_place("", num_coming=3, num_own_coming=3)
    queue.require_place("phone", num_coming=3, num_own_coming=0)
    with pytest.raises(QueueFull):
        queue.require_place("phone", num_coming=3, num_own_coming=1)


async def test_clearing_hands_back_everything_once() -> None:
    queue = make_queue()
    streams = [request(name, client=name, priority="batch") for name in "abc"] + [request("d")]
    put(queue, *streams)
    cleared = queue.clear()
    assert sorted(stream.sequence_id for stream in cleared) == ["a", "b", "c", "d"]
    assert (len(queue), queue.num_tokens, queue.take()) == (0, 0, None)


@pytest.mark.parametrize("priority", ["interactive", "batch"])
async def test_a_request_that_has_left_is_not_kept(priority: Priority) -> None:
    queue = make_queue()
    stream = request("a", priority=priority)
    is_kept = weakref.ref(stream)
    put(queue, stream, request("b"))
    queue.discard(stream)
    del stream
    gc.collect()
    assert is_kept() is None


async def test_memory_does_not_grow_with_requests_that_leave_while_nobody_is_served() -> None:
    queue = make_queue()
    put(queue, request("first in line", client="stays"))

    def come_and_go(num_requests: int) -> None:
        for _ in range(num_requests):
            stream = request("a", client="goes")
            put(queue, stream)
            queue.discard(stream)

    assert bytes_grown(come_and_go) < 20_000


async def test_memory_does_not_grow_with_clients_that_were_served() -> None:
    queue = make_queue()
    numbers = itertools.count()

    def serve(num_clients: int) -> None:
        for _ in range(num_clients):
            stream = request("a", client=f"client{next(numbers):09}")
            put(queue, stream)
            assert queue.take() is stream
            queue.release(stream)

    assert bytes_grown(serve) < 20_000


def bytes_grown(repeat: Callable[[int], None]) -> int:
    """What more repetitions hold than fewer."""
    tracemalloc.start()
    try:
        repeat(2 * MAX_CLIENTS_REMEMBERED)
        before_bytes, _ = tracemalloc.get_traced_memory()
        repeat(3 * MAX_CLIENTS_REMEMBERED)
        after_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after_bytes - before_bytes
