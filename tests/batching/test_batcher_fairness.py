"""Who gets a slot when a client floods the batcher, on a FakeEngine."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from batching.batcher import BatchingLimits
from batching.engine.protocol import EngineSpec
from batching.errors import QueueFull
from batching.messages import Finished, Priority
from batching.step_planner import StepLimits
from batching.stream import TokenStream
from tests.batching.conftest import Bench, all_tokens, serving

NUM_SLOTS, NUM_RESERVED = 16, 2
MAX_WAITING = 136


def spec(max_slots: int) -> EngineSpec:
    return EngineSpec(vocab_size=256, context_length=4096, max_slots=max_slots)


def limits(num_reserved_slots: int) -> BatchingLimits:
    return BatchingLimits(
        max_waiting_requests=MAX_WAITING,
        max_waiting_tokens=1_000_000,
        step=StepLimits(budget_seconds=0.0, prefill_chunk_tokens=16),
        num_reserved_slots=num_reserved_slots,
    )


def is_admitted(stream: TokenStream) -> bool:
    return stream.times.admitted_seconds is not None


def flood(bench: Bench, num_requests: int, *, priority: Priority = "interactive") -> None:
    for _ in range(num_requests):
        bench.submit(1, 2, 3, client="nas", priority=priority)


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Bench]:
    """Sixteen slots, of which two are reserved; the model is held until the test lets it go."""
    async with serving(spec(NUM_SLOTS), limits(NUM_RESERVED)) as bench:
        bench.gate.close()
        yield bench


async def test_150_requests_of_one_client_leave_a_slot_for_a_chat_from_another(
    office: Bench,
) -> None:
    flood(office, 150)
    assert (office.batcher.num_running, office.batcher.num_waiting) == (14, MAX_WAITING)
    assert is_admitted(office.submit(5, client="phone"))
    assert not is_admitted(office.submit(5, client="phone"))
    assert is_admitted(office.submit(5, client="tablet"))
    assert not is_admitted(office.submit(5, client="laptop"))


async def test_a_flooded_queue_refuses_the_client_that_flooded_it_and_no_other(
    office: Bench,
) -> None:
    flood(office, 150)
    with pytest.raises(QueueFull):
        flood(office, 1)
    with pytest.raises(QueueFull):
        office.batcher.require_room("nas")
    office.batcher.require_room("phone")
    chats = [office.submit(5, client="phone") for _ in range(3)]
    assert [is_admitted(chat) for chat in chats] == [True, False, False]


async def test_batch_requests_leave_the_reserved_slots_alone(office: Bench) -> None:
    flood(office, 20, priority="batch")
    assert office.batcher.num_running == 14
    assert not is_admitted(office.submit(5, client="pc", priority="batch"))
    assert is_admitted(office.submit(5, client="phone"))


async def test_a_slot_that_is_given_back_goes_to_the_client_with_fewer(office: Bench) -> None:
    nas = [office.submit(*[9] * 30, client="nas") for _ in range(20)]
    chats = [office.submit(*[5] * 30, client="phone") for _ in range(3)]
    assert [is_admitted(chat) for chat in chats] == [True, False, False]
    for stream in nas[:2]:
        stream.cancel()
    office.gate.let_through(5)
    for stream in nas[:2]:
        await all_tokens(stream)
    # Twelve of the NAS and two of the phone run now; the other two slots are reserved again.
    assert [is_admitted(chat) for chat in chats] == [True, True, False]
    assert office.batcher.num_running == 14


async def test_everybody_is_answered_in_the_end(office: Bench) -> None:
    clients = ("nas", "phone", "tablet")
    streams = [
        office.submit(n, 7, client=clients[n % 3], priority="batch" if n % 2 else "interactive")
        for n in range(1, 121)
    ]
    office.gate.open()
    answers = await asyncio.gather(*map(all_tokens, streams))
    assert answers == [[n, 7] for n in range(1, 121)]
    assert all(stream.ending == Finished("stop") for stream in streams)


@pytest.mark.parametrize(
    ("max_slots", "num_reserved", "num_running"), [(1, 2, 1), (2, 2, 1), (4, 0, 4), (4, 1, 3)]
)
async def test_one_slot_at_least_is_for_everybody(
    max_slots: int, num_reserved: int, num_running: int
) -> None:
    async with serving(spec(max_slots), limits(num_reserved)) as bench:
        bench.gate.close()
        flood(bench, 5)
        assert bench.batcher.num_running == num_running


async def test_no_slot_is_reserved_while_the_server_drains(office: Bench) -> None:
    flood(office, 20)
    draining = asyncio.create_task(office.batcher.drain(30))
    await asyncio.sleep(0)
    assert office.batcher.num_running == NUM_SLOTS
    office.gate.open()
    assert await draining
