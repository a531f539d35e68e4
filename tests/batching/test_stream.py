"""The way back of one sequence: what its reader gets, and when it is woken."""

import asyncio

import pytest

from batching.errors import GenerationFailed
from batching.messages import Cancelled, Failed, Finished
from batching.stream import MAX_BUNCH
from tests.batching.conftest import request


async def test_a_wait_that_takes_too_long_loses_nothing() -> None:
    stream = request("a")
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await stream.next_bunch(until_seconds=asyncio.get_running_loop().time())
    stream.feed([1, 2])
    assert await stream.next_bunch() == [1, 2]


async def test_the_time_limit_of_a_wait_that_is_over_does_not_end_the_next() -> None:
    stream = request("a")
    loop = asyncio.get_running_loop()
    early, late = loop.time() + 0.01, loop.time() + 0.03
    reading = asyncio.create_task(stream.next_bunch(until_seconds=early))
    await asyncio.sleep(0)
    stream.feed([2])
    assert await reading == [2]
    with pytest.raises(TimeoutError):
        await stream.next_bunch(until_seconds=late)
    assert loop.time() > early + 0.01


async def test_a_cancelled_wait_loses_nothing() -> None:
    stream = request("a")
    reading = asyncio.create_task(stream.next_bunch())
    await asyncio.sleep(0)
    stream.feed([1])
    reading.cancel()
    await asyncio.wait([reading])
    assert await stream.next_bunch() == [1]


async def test_a_reader_that_lags_gets_bunches_and_lets_others_run() -> None:
    stream = request("a")
    stream.feed([7] * (MAX_BUNCH + 1))
    turns: list[str] = []
    other = asyncio.create_task(_note(turns))
    assert await stream.next_bunch() == [7] * MAX_BUNCH
    assert turns == ["other"]
    assert await stream.next_bunch() == [7]
    await other


async def _note(turns: list[str]) -> None:
    turns.append("other")


async def test_a_reader_that_waits_for_the_end_is_woken_by_nothing_else() -> None:
    stream = request("a")
    waiting = asyncio.create_task(stream.wait_for_end())
    await asyncio.sleep(0)
    stream.feed([1])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    stream.feed([2])
    stream.end(Finished("stop"))
    await waiting
    assert await stream.next_bunch() == [1, 2]


@pytest.mark.parametrize("ending", [Finished("length"), Cancelled()])
async def test_it_is_over_once_everything_is_read(ending: Finished | Cancelled) -> None:
    stream = request("a")
    stream.feed([1])
    stream.end(ending)
    assert not stream.is_over
    await stream.next_bunch()
    assert stream.is_over


async def test_a_failed_stream_is_not_over_and_raises_after_its_tokens() -> None:
    stream = request("a")
    stream.feed([1])
    stream.end(Failed("no memory"))
    assert await stream.next_bunch() == [1]
    assert not stream.is_over
    with pytest.raises(GenerationFailed, match="no memory"):
        await stream.next_bunch()
