"""Inputs to embed go the way of all requests: queue, slot, chunks, one ending."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from batching.engine.errors import FatalEngineError
from batching.engine.fake import fake_vector
from batching.errors import GenerationFailed, NotServing, QueueFull, WrongModelKind
from batching.messages import Cancelled, Finished
from batching.stream import TokenStream
from tests.batching.conftest import LIMITS, SPEC, Bench, serving

SIZE = 4


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    """An embedding model with two slots and a short queue."""
    async with serving(replace(SPEC, embedding_size=SIZE), LIMITS) as bench:
        yield bench


def embed(bench: Bench, name: str, *inputs: list[int]) -> TokenStream:
    return bench.batcher.embed(name, inputs)


async def vectors(stream: TokenStream) -> list[bytes]:
    await stream.wait_for_end()
    assert await stream.next_bunch() == []  # or it raises
    return [stream.vectors[index] for index in range(len(stream.submit.input_lengths))]


def fill_the_slots(bench: Bench) -> list[TokenStream]:
    bench.gate.close()
    return [embed(bench, name, [1, 2]) for name in ("first", "second")]


async def test_each_input_gets_its_vector(bench: Bench) -> None:
    inputs = [[5], [6, 7], list(range(1, 41)), [8]]
    stream = embed(bench, "job", *inputs)
    assert await vectors(stream) == [fake_vector(each, SIZE) for each in inputs]
    assert stream.ending == Finished("stop")


async def test_short_inputs_are_read_together_and_long_ones_in_chunks(bench: Bench) -> None:
    await vectors(embed(bench, "job", [1] * 5, [2] * 5, [3] * 5, [4] * 30))
    assert bench.engine.num_calls["prefill"] == 3  # 5 + 5 + 5, 15, 15


async def test_a_short_job_overtakes_a_long_one(bench: Bench) -> None:
    bench.gate.close(after=1)
    long, short = embed(bench, "long", *[[1] * 16] * 100), embed(bench, "short", [2])
    bench.gate.let_through(2)
    assert await vectors(short) == [fake_vector([2], SIZE)]
    assert long.ending is None
    bench.gate.open()
    assert len(await vectors(long)) == 100


async def test_jobs_wait_for_a_slot_and_a_full_queue_refuses_more(bench: Bench) -> None:
    running = fill_the_slots(bench)
    waiting = [embed(bench, f"w{number}", [3]) for number in range(LIMITS.max_waiting_requests)]
    with pytest.raises(QueueFull):
        embed(bench, "more", [4])
    bench.gate.open()
    for stream in (*running, *waiting):
        assert await vectors(stream)


async def test_all_tokens_of_a_job_count_in_the_queue(bench: Bench) -> None:
    running = fill_the_slots(bench)
    waiting = embed(bench, "waiting", *[[3] * 10] * 9)
    with pytest.raises(QueueFull, match="prompt tokens"):
        embed(bench, "more", *[[4] * 10] * 9)
    bench.gate.open()
    for stream in (*running, waiting):
        await vectors(stream)


@pytest.mark.parametrize("is_waiting", [False, True])
async def test_a_client_that_leaves_frees_its_place(bench: Bench, *, is_waiting: bool) -> None:
    running = fill_the_slots(bench)
    leaving = embed(bench, "leaving", [3], [4]) if is_waiting else running.pop()
    leaving.cancel()
    bench.gate.open()
    await leaving.wait_for_end()
    assert leaving.ending == Cancelled()
    for stream in running:
        await vectors(stream)


async def test_a_job_that_fails_leaves_the_others_alone(bench: Bench) -> None:
    bench.faults.fail_reading(99, RuntimeError("bad input"))
    bad, good = embed(bench, "bad", [1], [99]), embed(bench, "good", [1])
    with pytest.raises(GenerationFailed):
        await vectors(bad)
    assert await vectors(good)
    assert await vectors(embed(bench, "later", [2]))


async def test_the_end_of_the_thread_fails_jobs_that_run_and_wait(bench: Bench) -> None:
    bench.faults.fail_reading(99, FatalEngineError("the engine cannot go on"))
    bench.gate.close()
    jobs = [embed(bench, f"j{number}", [99]) for number in range(3)]
    bench.gate.open()
    for job in jobs:
        with pytest.raises(NotServing):
            await vectors(job)


async def test_draining_finishes_accepted_jobs_and_takes_no_more(bench: Bench) -> None:
    accepted = [*fill_the_slots(bench), embed(bench, "waiting", *[[1] * 16] * 20)]
    draining = asyncio.create_task(bench.batcher.drain(5.0))
    await asyncio.sleep(0)
    with pytest.raises(NotServing):
        embed(bench, "more", [1])
    bench.gate.open()
    assert await draining
    assert all(stream.ending == Finished("stop") for stream in accepted)


async def test_an_embedding_model_writes_no_text(bench: Bench) -> None:
    with pytest.raises(WrongModelKind, match="embeddings, not text"):
        bench.submit(1, 2, 3)


async def test_a_text_model_makes_no_embeddings() -> None:
    async with serving(SPEC, LIMITS) as bench:
        with pytest.raises(WrongModelKind, match="text, not embeddings"):
            embed(bench, "job", [1])


async def test_jobs_share_the_memory_by_their_longest_inputs() -> None:
    spec = replace(SPEC, embedding_size=SIZE, kv_tokens=64)
    async with serving(spec, LIMITS) as bench:
        bench.gate.close()
        wide = embed(bench, "wide", *[[1] * 16] * 20)
        beside, waiting = embed(bench, "beside", [2] * 20), embed(bench, "waiting", [3] * 20)
        assert (bench.batcher.num_running, bench.batcher.num_waiting) == (2, 1)
        bench.gate.open()
        for stream in (wide, beside, waiting):
            await vectors(stream)
        # 20 times 16 tokens, 2 inputs of two chunks each: none was read twice.
        assert bench.engine.num_calls["prefill"] == 24
