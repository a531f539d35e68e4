"""The waiting queue by itself."""

import pytest

from batching.engine.protocol import SamplingParams
from batching.errors import QueueFull
from batching.messages import StopRules, Submit
from batching.queue import RequestQueue
from batching.stream import TokenStream


def request(name: str, num_tokens: int = 10) -> TokenStream:
    submit = Submit(name, (1,) * num_tokens, SamplingParams(), StopRules(max_tokens=1))
    return TokenStream(submit, cancel=lambda stream: None)


def put(queue: RequestQueue, *streams: TokenStream) -> None:
    for stream in streams:
        queue.put_bounded(stream, retry_after_seconds=1)


async def test_requests_leave_in_the_order_they_came() -> None:
    queue = RequestQueue(max_requests=3, max_tokens=100)
    streams = [request(name) for name in "abc"]
    put(queue, *streams)
    assert [await queue.get() for _ in range(3)] == streams
    assert (queue.qsize(), queue.num_tokens) == (0, 0)


async def test_a_request_can_leave_from_the_middle_and_frees_its_tokens() -> None:
    queue = RequestQueue(max_requests=3, max_tokens=100)
    first, middle, last = (request(name) for name in "abc")
    put(queue, first, middle, last)
    assert queue.discard(middle)
    assert not queue.discard(middle)
    assert queue.num_tokens == 20
    assert [queue.get_nowait(), queue.get_nowait()] == [first, last]


async def test_both_bounds_are_kept() -> None:
    queue = RequestQueue(max_requests=2, max_tokens=25)
    put(queue, request("a"))
    with pytest.raises(QueueFull, match="26 prompt tokens would wait; the limit is 25"):
        put(queue, request("b", num_tokens=16))
    put(queue, request("b"))
    with pytest.raises(QueueFull, match="3 requests would wait; the limit is 2"):
        put(queue, request("c"))


async def test_a_refused_request_changes_nothing() -> None:
    queue = RequestQueue(max_requests=1, max_tokens=100)
    put(queue, request("a"))
    with pytest.raises(QueueFull):
        put(queue, request("b"))
    assert (queue.qsize(), queue.num_tokens) == (1, 10)
