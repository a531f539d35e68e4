"""Batcher, worker and bridge together, on a FakeEngine."""

import asyncio
import threading
from dataclasses import replace

import pytest

from batching.batcher import Batcher
from batching.engine.errors import BadLogits, ModelNotFound
from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine, ReportProgress
from batching.engine.sampling_params import SamplingParams
from batching.errors import GenerationFailed, NotServing, QueueFull
from batching.messages import (
    Cancelled,
    Failed,
    Finished,
    LoadProgress,
    Priority,
    StopRules,
    Submit,
)
from batching.step_planner import StepLimits
from tests.batching.conftest import (
    LIMITS,
    SPEC,
    Bench,
    Gate,
    all_tokens,
    begin,
    fill_the_slots,
    serving,
)


async def test_tokens_arrive_in_order_and_the_stream_ends_once(bench: Bench) -> None:
    stream = bench.submit(5, 6, 7)
    assert await all_tokens(stream) == [5, 6, 7]
    assert stream.ending == Finished("stop")
    assert await stream.next_bunch() == []


async def test_the_stop_token_is_not_part_of_the_answer(bench: Bench) -> None:
    assert 0 not in await all_tokens(bench.submit(9))


async def test_log_probabilities_come_with_the_tokens_of_who_asks(bench: Bench) -> None:
    asking, other = bench.submit(5, 6, 7, top_logprobs=1), bench.submit(8, 9)
    assert await all_tokens(asking) == [5, 6, 7]
    assert [each.top[0][0] for each in asking.logprobs] == [5, 6, 7]
    assert await all_tokens(other) == [8, 9]
    assert not other.logprobs


async def test_the_token_limit_ends_a_sequence_with_length(bench: Bench) -> None:
    stream = bench.submit(5, 6, 7, max_tokens=2)
    assert await all_tokens(stream) == [5, 6]
    assert stream.finish_reason == "length"


async def test_a_long_prompt_is_read_in_chunks(bench: Bench) -> None:
    prompt = tuple(range(1, 41))
    assert await all_tokens(bench.submit(*prompt, max_tokens=3)) == [1, 2, 3]
    assert bench.engine.num_calls["prefill"] == 3  # 16 + 16 + 8


async def test_running_rows_decode_while_a_prompt_is_read(bench: Bench) -> None:
    bench.gate.close(after=1)
    first = bench.submit(*range(1, 9))
    assert await first.next_bunch() == [1]
    second = bench.submit(*range(1, 41))
    bench.gate.let_through(2)
    seen: list[int] = []
    while len(seen) < 2:
        seen += await first.next_bunch()
    assert seen == [2, 3]
    assert second.times.first_token_seconds is None
    bench.gate.open()
    assert len(await all_tokens(second)) == 40


@pytest.mark.parametrize(
    ("is_streamed", "priority", "num_chunks"),
    [(True, "interactive", 4), (False, "interactive", 1), (True, "batch", 1)],
)
async def test_a_prompt_is_read_in_small_chunks_only_beside_a_row_whose_tokens_somebody_awaits(
    *, is_streamed: bool, priority: Priority, num_chunks: int
) -> None:
    # No time for prompts beside a decode; without a decode, or a budget, 64 tokens in a step.
    step = StepLimits(budget_seconds=0.0, prefill_chunk_tokens=64)
    async with serving(SPEC, replace(LIMITS, step=step)) as bench:
        bench.gate.close(after=1)
        first = bench.submit(*range(1, 9), is_streamed=is_streamed, priority=priority)
        await first.next_bunch()
        num_before = bench.engine.num_calls["prefill"]
        second = bench.submit(*range(1, 65))
        while second.times.admitted_seconds is None:
            await asyncio.sleep(0)
        bench.gate.open()
        await asyncio.gather(all_tokens(first), all_tokens(second))
        assert bench.engine.num_calls["prefill"] - num_before == num_chunks


async def test_no_more_sequences_than_slots_run_at_once(bench: Bench) -> None:
    streams = [bench.submit(3, 4, 5) for _ in range(4)]
    assert [await all_tokens(stream) for stream in streams] == [[3, 4, 5]] * 4
    assert bench.engine.max_rows_at_once <= 2


async def test_cancel_while_waiting_frees_the_place(bench: Bench) -> None:
    await fill_the_slots(bench)
    waiting = bench.submit(8, 9)
    await asyncio.sleep(0)
    assert bench.batcher.num_waiting == 1
    waiting.cancel()
    assert bench.batcher.num_waiting == 0
    assert await all_tokens(waiting) == []
    assert waiting.ending == Cancelled()


async def test_cancel_while_decoding_frees_the_slot_within_a_step(bench: Bench) -> None:
    bench.gate.close(after=1)
    stream = bench.submit(3, 4, 5, 6)
    await stream.next_bunch()
    stream.cancel()
    bench.gate.let_through(1)
    await all_tokens(stream)
    assert stream.ending == Cancelled()
    assert bench.engine.sequence_ids == frozenset()
    assert bench.engine.num_calls["decode"] <= 2


async def test_cancel_while_prefilling_frees_the_slot(bench: Bench) -> None:
    bench.gate.close(after=1)
    other = bench.submit(1, 2, 3)
    await other.next_bunch()
    stream = bench.submit(*range(1, 41))
    while stream.times.admitted_seconds is None:
        await asyncio.sleep(0)
    stream.cancel()
    bench.gate.open()
    assert await all_tokens(stream) == []
    assert stream.ending == Cancelled()


async def test_cancel_after_the_end_does_nothing(bench: Bench) -> None:
    stream = bench.submit(5)
    await all_tokens(stream)
    stream.cancel()
    assert stream.ending == Finished("stop")


async def test_a_full_queue_names_the_limit_and_when_to_come_back(bench: Bench) -> None:
    await fill_the_slots(bench)
    for _ in range(4):
        bench.submit(1)
    with pytest.raises(QueueFull, match="5 requests would wait; the limit is 4") as caught:
        bench.submit(1)
    assert caught.value.retry_after_seconds >= 1


async def test_the_queue_is_bounded_in_prompt_tokens_too(bench: Bench) -> None:
    await fill_the_slots(bench)
    bench.submit(*[1] * 60)
    with pytest.raises(QueueFull, match="110 prompt tokens would wait; the limit is 100"):
        bench.submit(*[1] * 50)


async def test_one_prompt_over_the_token_bound_may_wait_alone(bench: Bench) -> None:
    await fill_the_slots(bench)
    bench.submit(*[1] * 150)
    assert bench.batcher.num_waiting == 1


@pytest.mark.parametrize(
    "bench", [replace(SPEC, context_length=8192, kv_tokens=8192)], indirect=True
)
async def test_answers_that_outgrow_the_memory_pause_and_lose_nothing(bench: Bench) -> None:
    prompt = tuple(1 + number % 250 for number in range(3000))
    streams = [
        bench.submit(*prompt, max_tokens=5000),
        bench.submit(*prompt, max_tokens=5000),
    ]
    answers = await asyncio.gather(*map(all_tokens, streams))
    assert answers == [list(prompt)] * 2
    assert bench.engine.max_rows_at_once == 2
    assert bench.engine.num_calls["add"] > len(streams)


@pytest.mark.parametrize("bench", [replace(SPEC, kv_tokens=100)], indirect=True)
async def test_a_request_waits_until_the_memory_has_room_for_it(bench: Bench) -> None:
    bench.gate.close(after=1)
    first = bench.submit(*range(1, 11), max_tokens=60)
    second = bench.submit(*range(1, 11), max_tokens=60)
    await first.next_bunch()
    assert (bench.batcher.num_running, bench.batcher.num_waiting) == (1, 1)
    bench.gate.open()
    assert await all_tokens(second) == list(range(1, 11))


async def test_a_prompt_that_cannot_be_read_fails_only_its_own_sequence(bench: Bench) -> None:
    bench.faults.fail_reading(11, RuntimeError("boom"))
    good, bad = bench.submit(5, 6, 7), bench.submit(8, 9, 10, 11)  # the shorter is read first
    with pytest.raises(GenerationFailed):
        await all_tokens(bad)
    assert await all_tokens(good) == [5, 6, 7]
    assert await all_tokens(bench.submit(4)) == [4]


async def test_one_fault_in_decode_loses_nobody_a_token(bench: Bench) -> None:
    bench.faults.fail_decode(3, RuntimeError("boom"))
    streams = [bench.submit(*range(1, 10)), bench.submit(*range(20, 30))]
    assert [await all_tokens(stream) for stream in streams] == [
        list(range(1, 10)),
        list(range(20, 30)),
    ]


@pytest.mark.parametrize("bad_comes_first", [True, False])
async def test_a_row_that_breaks_every_batch_fails_alone(
    bench: Bench, *, bad_comes_first: bool
) -> None:
    bench.faults.fail_with_sequence("bad", RuntimeError("boom"))
    if bad_comes_first:
        bad, good = bench.submit(8, 9, sequence_id="bad"), bench.submit(*range(1, 10))
    else:
        good, bad = bench.submit(*range(1, 10)), bench.submit(8, 9, sequence_id="bad")
    with pytest.raises(GenerationFailed):
        await all_tokens(bad)
    assert await all_tokens(good) == list(range(1, 10))
    assert bench.batcher.state == "serving"


async def test_a_fault_that_names_its_row_fails_only_that_row(bench: Bench) -> None:
    bench.gate.close()
    good, bad = bench.submit(*range(1, 10)), bench.submit(*range(1, 10), sequence_id="bad")
    await begin(bench, good, bad)
    bench.faults.fail_decode(bench.engine.num_calls["decode"], BadLogits(["bad"]))
    bench.gate.open()
    with pytest.raises(GenerationFailed):
        await all_tokens(bad)
    assert await all_tokens(good) == list(range(1, 10))


async def test_a_fault_that_names_a_sequence_with_its_first_token_fails_only_that(
    bench: Bench,
) -> None:
    bench.faults.fail_with_sequence("bad", BadLogits(["bad"]))
    good, bad = bench.submit(*range(1, 60)), bench.submit(*range(1, 30), sequence_id="bad")
    with pytest.raises(GenerationFailed):
        await all_tokens(bad)
    assert await all_tokens(good) == list(range(1, 60))


async def test_other_rows_faults_are_not_counted_against_a_row(bench: Bench) -> None:
    for nth in range(3, 15, 2):
        bench.faults.fail_decode(nth, BadLogits(["somebody else"]))
    assert await all_tokens(bench.submit(*range(1, 30))) == list(range(1, 30))


async def test_many_prompts_that_cannot_be_read_cost_a_row_beside_them_nothing(
    bench: Bench,
) -> None:
    bench.faults.fail_reading(99, RuntimeError("boom"))
    bench.gate.close(after=1)
    good = bench.submit(*range(1, 90))
    seen = await good.next_bunch()
    for _ in range(8):
        bad = bench.submit(8, 99)
        while bad.times.admitted_seconds is None:
            await asyncio.sleep(0)
        bench.gate.let_through(6)  # enough to take it, too few for an end
        with pytest.raises(GenerationFailed):
            await all_tokens(bad)
    bench.gate.open()
    assert seen + await all_tokens(good) == list(range(1, 90))


async def test_a_row_at_fault_costs_a_prompt_beside_it_nothing(bench: Bench) -> None:
    bench.faults.fail_with_sequence("bad", RuntimeError("boom"))
    bad, good = bench.submit(8, 9, sequence_id="bad"), bench.submit(*range(1, 100))
    with pytest.raises(GenerationFailed):
        await all_tokens(bad)
    assert await all_tokens(good) == list(range(1, 100))


async def test_an_engine_that_can_mix_reads_prompts_in_the_forward_of_the_rows() -> None:
    async with serving(replace(SPEC, can_mix=True), LIMITS) as bench:
        bench.gate.close(after=1)
        first = bench.submit(*range(1, 50))
        await first.next_bunch()
        second = bench.submit(*range(1, 50))
        while second.times.admitted_seconds is None:
            await asyncio.sleep(0)
        bench.gate.open()
        await asyncio.gather(all_tokens(first), all_tokens(second))
        num_calls = bench.engine.num_calls
        assert (num_calls["prefill"], num_calls["mixed decode"]) == (4, 4)


async def test_sequences_that_do_not_fit_the_model_never_end_the_thread(bench: Bench) -> None:
    for _ in range(40):
        with pytest.raises(GenerationFailed, match="names token 999"):
            await all_tokens(bench.submit(999))
    assert await all_tokens(bench.submit(5)) == [5]


async def test_a_fatal_fault_fails_every_stream_at_once(bench: Bench) -> None:
    running = await fill_the_slots(bench)
    waiting = bench.submit(7)
    bench.faults.die_at_decode(bench.engine.num_calls["decode"])
    bench.gate.open()
    for stream in (*running, waiting):
        with pytest.raises(NotServing):
            await all_tokens(stream)
    assert bench.batcher.state == "failed"
    with pytest.raises(NotServing):
        bench.submit(1)


async def test_an_engine_that_only_fails_ends_the_thread(bench: Bench) -> None:
    for nth in range(1, 50):
        bench.faults.fail_prefill(nth, RuntimeError("boom"))
    for _ in range(33):
        with pytest.raises((GenerationFailed, NotServing)):
            await all_tokens(bench.submit(1))
    assert bench.batcher.state == "failed"


async def test_drain_takes_no_new_work_and_lets_accepted_work_finish(bench: Bench) -> None:
    bench.gate.close(after=1)
    streams = [bench.submit(1, 2, 3) for _ in range(3)]
    await streams[0].next_bunch()
    draining = asyncio.create_task(bench.batcher.drain(30))
    await asyncio.sleep(0)
    with pytest.raises(NotServing, match="shutting down"):
        bench.submit(9)
    bench.gate.open()
    assert await draining
    assert all(stream.ending == Finished("stop") for stream in streams)


async def test_drain_gives_up_after_its_grace_time_and_stop_fails_the_rest(bench: Bench) -> None:
    bench.gate.close(after=1)
    stream = bench.submit(1, 2, 3)
    await stream.next_bunch()
    assert not await bench.batcher.drain(0.01)
    stopping = asyncio.create_task(bench.batcher.stop())
    await asyncio.sleep(0)
    bench.gate.let_through(1)
    await stopping
    assert stream.ending == Failed("The server is shutting down.", may_retry=True)


async def test_a_model_that_does_not_load_says_why() -> None:
    def make_engine(report: ReportProgress) -> Engine:
        raise ModelNotFound("there is no folder 'x'")

    batcher = Batcher(make_engine, limits=LIMITS)
    batcher.start()
    await batcher.settled.wait()
    assert (batcher.state, batcher.error) == ("failed", "there is no folder 'x'")
    await batcher.stop()


async def test_loading_reports_its_progress() -> None:
    def make_engine(report: ReportProgress) -> Engine:
        report("downloading", 50)
        raise ModelNotFound("gone")

    seen: list[LoadProgress] = []
    batcher = Batcher(make_engine, limits=LIMITS, on_progress=seen.append)
    with pytest.raises(NotServing, match="loading"):
        batcher.require_room()
    batcher.start()
    await batcher.settled.wait()
    assert seen == [LoadProgress("downloading", 50)]
    await batcher.stop()


async def test_a_thread_that_hangs_is_given_up_and_nobody_waits_for_it() -> None:
    gate = Gate()
    gate.close()
    engine = FakeEngine(SPEC, step_seconds=1.0, sleep=gate)
    batcher = Batcher(lambda report: engine, limits=replace(LIMITS, stall_seconds=0.05))
    batcher.start()
    await batcher.settled.wait()
    stream = batcher.submit(Submit("a", (1, 2), SamplingParams(temperature=0), StopRules(9)))
    with pytest.raises(NotServing):
        await all_tokens(stream)
    assert batcher.state == "failed"
    assert "the limit is 0 s" in str(batcher.error)
    assert not await batcher.stop()
    [thread] = [each for each in threading.enumerate() if each.name == "inference"]
    gate.open()
    await asyncio.to_thread(thread.join, 30)
    assert engine.is_closed


@pytest.mark.parametrize("bench", [replace(SPEC, kv_tokens=150, max_slots=4)], indirect=True)
async def test_a_request_that_does_not_fit_is_next_and_can_be_given_up(bench: Bench) -> None:
    bench.gate.close(after=1)
    first = bench.submit(*range(1, 11), max_tokens=60, client="a")
    large = bench.submit(*range(1, 61), max_tokens=60, client="b")
    small = bench.submit(1, 2, max_tokens=5, client="c")
    await first.next_bunch()
    assert bench.batcher.num_running == 1
    large.cancel()
    assert bench.batcher.num_running == 2
    bench.gate.open()
    assert await all_tokens(small) == [1, 2]


async def test_an_idle_thread_is_not_taken_for_one_that_hangs() -> None:
    engine = FakeEngine(SPEC)
    batcher = Batcher(lambda report: engine, limits=replace(LIMITS, stall_seconds=0.02))
    batcher.start()
    await batcher.settled.wait()
    await asyncio.sleep(0.1)
    assert batcher.state == "serving"
    assert batcher.step_age_seconds() is None
    await batcher.stop()
