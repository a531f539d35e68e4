"""Answers that are the same are computed once, whoever asks, leaves or fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from batching.engine.sampling_params import SamplingParams
from batching.errors import GenerationFailed, QueueFull, RequestTimeout
from batching.messages import Cancelled, Finished
from batching.stream import TokenStream
from batching.time_limits import TimeLimits, limit_time
from reuse import answer_reuse
from reuse.answer_key import AnswerRequest
from reuse.answer_reuse import AnswerReuse, OpenedAnswer, ReuseCounts
from reuse.blob_store import BlobStore, StoreLimits
from reuse.stored_answer import StoredAnswer, decode_answer, encode_answer
from tests.batching.conftest import LIMITS, SPEC, Bench, all_tokens, eventually, serving
from tests.reuse.conftest import GREEDY, wanted


@dataclass
class Desk:
    """A batcher with two slots behind what is tested."""

    bench: Bench
    make_reuse: Callable[..., AnswerReuse]
    reuse: AnswerReuse

    @property
    def num_computed(self) -> int:
        """Sequences that the engine was given, those computed again included."""
        return self.bench.engine.num_calls["add"]

    async def open(self, request: AnswerRequest, **options: Any) -> OpenedAnswer:
        [opened] = await self.reuse.open([request], **options)
        return opened

    async def source(self, request: AnswerRequest, **options: Any) -> str | None:
        """Where a whole answer comes from."""
        opened = await self.open(request, **options)
        await all_tokens(opened.tokens)
        return opened.source

    async def has_nothing(self) -> None:
        """Until the engine is empty."""
        await eventually(lambda: not self.bench.engine.sequence_ids)


@pytest_asyncio.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(answer_reuse, "LOOKUP_SECONDS", 5.0)  # the disk may be busy
    limits = replace(LIMITS, max_waiting_requests=8, max_waiting_tokens=1000)
    made: list[AnswerReuse] = []
    async with serving(SPEC, limits) as bench:

        def make(*, shares: bool = True, stores: bool = True, scope: str = "m") -> AnswerReuse:
            store: BlobStore[StoredAnswer] | None = None
            if stores:
                store = BlobStore(
                    tmp_path / "answers.db",
                    limits=StoreLimits(1_000_000, 3600.0),
                    encode=encode_answer,
                    decode=decode_answer,
                )
            made.append(AnswerReuse(bench.batcher, scope=scope, shares=shares, store=store))
            return made[-1]

        yield Desk(bench, make, make())
        for reuse in made:
            await reuse.close()
            assert not reuse._running
            assert not reuse._lookups


def everything(stream: TokenStream) -> object:
    """What a stream holds before it is read, apart from times."""
    return (
        stream._unread,
        stream.ending,
        stream.num_cached_tokens,
        stream.logprobs,
        stream.prompt_logprobs,
    )


async def test_a_thousand_at_once_are_computed_once(desk: Desk) -> None:
    names = [f"a{number}" for number in range(1000)]
    opened = await asyncio.gather(*(desk.open(wanted(name)) for name in names))
    assert {tuple(await all_tokens(each.tokens)) for each in opened} == {(1, 2, 1)}
    assert desk.num_computed == 1
    assert desk.reuse.counts == ReuseCounts(miss=1, shared=999)


async def test_an_answer_that_is_there_cannot_run_out_of_time(desk: Desk) -> None:
    assert await desk.source(wanted("a")) == "miss"
    opened = await desk.open(wanted("b"))
    assert opened.source == "hit"
    counts = desk.bench.batcher.counts
    limit_time(opened.tokens, TimeLimits(total_seconds=0.001), counts)  # long over
    assert await all_tokens(opened.tokens) == [1, 2, 1]
    assert counts.num_timed_out == 0


async def test_a_thousand_seeds_are_computed_a_thousand_times(desk: Desk) -> None:
    async def ask(seed: int) -> str | None:
        sampling = SamplingParams(seed=seed)
        return await desk.source(wanted(f"a{seed}", sampling=sampling, has_seed=True, max_tokens=1))

    for start in range(0, 1000, 8):  # as many as may wait
        await asyncio.gather(*(ask(seed) for seed in range(start, start + 8)))
    assert desk.num_computed == 1000
    assert desk.reuse.counts == ReuseCounts(miss=1000)


async def test_requests_that_promise_nothing_are_all_computed(desk: Desk) -> None:
    request = wanted("a", sampling=SamplingParams(seed=1))
    assert await desk.source(request) is None
    assert await desk.source(request) is None
    assert desk.num_computed == 2
    assert not desk.reuse.store or desk.reuse.store.num_values == 0


async def test_who_comes_late_gets_the_answer_from_its_first_token(desk: Desk) -> None:
    desk.bench.gate.close(after=2)
    first = await desk.open(wanted("a", max_tokens=4))
    await eventually(lambda: len(first.tokens._unread) == 2)
    second = await desk.open(wanted("b", max_tokens=4))
    assert second.tokens._unread == [1, 2]
    desk.bench.gate.open()
    assert await all_tokens(second.tokens) == await all_tokens(first.tokens) == [1, 2, 1, 2]
    assert (first.source, second.source) == ("miss", "shared")


async def test_a_reader_whose_time_is_over_takes_nothing_from_the_others(desk: Desk) -> None:
    desk.bench.gate.close()
    hurried, patient = await desk.open(wanted("a")), await desk.open(wanted("b"))
    hurried.tokens.time_out(0.5, is_total=True)
    with pytest.raises(RequestTimeout, match=r"after 0\.5 s"):
        await all_tokens(hurried.tokens)
    desk.bench.gate.open()
    assert await all_tokens(patient.tokens) == [1, 2, 1]
    assert desk.num_computed == 1


async def test_a_reader_that_leaves_takes_nothing_from_the_others(desk: Desk) -> None:
    desk.bench.gate.close(after=1)
    streams = [(await desk.open(wanted(name))).tokens for name in ("a", "b", "c")]
    streams[0].cancel()  # the one whose request is being computed
    assert streams[0].ending == Cancelled()
    desk.bench.gate.open()
    assert await all_tokens(streams[1]) == await all_tokens(streams[2]) == [1, 2, 1]
    assert desk.num_computed == 1


async def test_the_last_reader_that_leaves_frees_the_slot(desk: Desk) -> None:
    desk.bench.gate.close(after=1)
    streams = [(await desk.open(wanted(name))).tokens for name in ("a", "b")]
    for stream in streams:
        stream.cancel()
    desk.bench.gate.open()
    await desk.has_nothing()
    # What was left half done is not stored, and nobody joins it any more.
    assert await desk.source(wanted("c")) == "miss"
    assert desk.num_computed == 2


async def test_a_new_reader_does_not_join_what_was_just_left(desk: Desk) -> None:
    desk.bench.gate.close(after=1)
    first = await desk.open(wanted("a"))
    first.tokens.cancel()
    second = await desk.open(wanted("b"))
    desk.bench.gate.open()
    assert await all_tokens(second.tokens) == [1, 2, 1]


async def test_who_leaves_while_waiting_leaves_the_queue(desk: Desk) -> None:
    desk.bench.gate.close()
    running = [await desk.open(wanted(f"r{n}", n)) for n in (5, 6)]
    waiting = [await desk.open(wanted(name)) for name in ("a", "b")]
    assert desk.bench.batcher.num_waiting == 1
    for each in waiting:
        each.tokens.cancel()
    assert desk.bench.batcher.num_waiting == 0
    desk.bench.gate.open()
    for each in running:
        await all_tokens(each.tokens)


async def test_a_failure_is_everybodys_and_is_not_computed_again(desk: Desk) -> None:
    desk.bench.faults.fail_reading(1, RuntimeError("broken"))
    opened = await asyncio.gather(*(desk.open(wanted(f"a{n}")) for n in range(10)))
    for each in opened:
        with pytest.raises(GenerationFailed):
            await all_tokens(each.tokens)
    assert desk.num_computed == 1


async def test_a_failure_is_not_stored(desk: Desk) -> None:
    desk.bench.faults.fail_prefill(1, RuntimeError("broken"))
    with pytest.raises(GenerationFailed):
        await desk.source(wanted("a"))
    assert await desk.source(wanted("b")) == "miss"


async def test_a_step_that_fails_costs_no_reader_a_token(desk: Desk) -> None:
    desk.bench.faults.fail_decode(2, RuntimeError("broken"))
    desk.bench.gate.close(after=1)
    other = await desk.open(wanted("other", 7, 8))
    opened = [await desk.open(wanted(name)) for name in ("a", "b")]
    desk.bench.gate.open()
    assert [await all_tokens(each.tokens) for each in opened] == [[1, 2, 1]] * 2
    assert await all_tokens(other.tokens) == [7, 8, 7]


async def test_what_was_computed_is_stored_and_survives_a_restart(desk: Desk) -> None:
    assert [await desk.source(wanted(name)) for name in ("a", "b")] == ["miss", "hit"]
    await desk.reuse.close()
    desk.reuse = desk.make_reuse()
    assert await desk.source(wanted("c")) == "hit"
    assert desk.num_computed == 1


async def test_another_model_version_or_owner_has_answers_of_its_own(desk: Desk) -> None:
    await desk.source(wanted("a"))
    assert await desk.source(wanted("b", owner="somebody")) == "miss"
    await desk.reuse.close()
    desk.reuse = desk.make_reuse(scope="other")
    assert await desk.source(wanted("c")) == "miss"


async def test_owners_do_not_share_what_runs(desk: Desk) -> None:
    desk.bench.gate.close()
    opened = [await desk.open(wanted(name, owner=name)) for name in ("a", "b")]
    assert [each.source for each in opened] == ["miss", "miss"]
    desk.bench.gate.open()
    for each in opened:
        await all_tokens(each.tokens)


async def test_all_that_a_stream_tells_is_the_same_from_the_store(desk: Desk) -> None:
    sampling = replace(GREEDY, top_logprobs=2, prompt_logprobs=True)
    seen = []
    for name in ("a", "b"):
        opened = await desk.open(wanted(name, 1, 2, 3, sampling=sampling))
        await opened.tokens.wait_for_end()
        seen.append(everything(opened.tokens))
    assert seen[0] == seen[1]
    assert desk.num_computed == 1
    stream = opened.tokens
    assert (len(stream.logprobs), len(stream.prompt_logprobs)) == (3, 2)


async def test_all_that_a_stream_tells_is_the_same_for_a_late_reader(desk: Desk) -> None:
    sampling = replace(GREEDY, top_logprobs=2, prompt_logprobs=True)
    desk.bench.gate.close(after=2)
    request = wanted("a", 1, 2, 3, sampling=sampling)
    first = await desk.open(request)
    await eventually(lambda: len(first.tokens._unread) == 2)
    second = await desk.open(replace(request, submit=replace(request.submit, sequence_id="b")))
    desk.bench.gate.open()
    for each in (first, second):
        await each.tokens.wait_for_end()
    assert everything(first.tokens) == everything(second.tokens)


async def test_a_prompt_that_is_only_read_is_stored_too(desk: Desk) -> None:
    sampling = replace(GREEDY, top_logprobs=0, prompt_logprobs=True)
    streams = [
        (await desk.open(wanted(name, 1, 2, 3, sampling=sampling, max_tokens=0))).tokens
        for name in ("a", "b")
    ]
    for stream in streams:
        assert await all_tokens(stream) == []
    assert everything(streams[0]) == everything(streams[1])
    assert len(streams[1].prompt_logprobs) == 2


async def test_an_answer_whose_text_has_ended_is_whole(desk: Desk) -> None:
    desk.bench.gate.close(after=2)
    request = wanted("a", max_tokens=1000, text_end="stop string")
    first = await desk.open(request)
    await eventually(lambda: len(first.tokens._unread) == 2)
    first.tokens.enough()
    desk.bench.gate.open()
    await desk.has_nothing()
    second = await desk.open(replace(request, submit=replace(request.submit, sequence_id="b")))
    assert (second.source, second.tokens.ending) == ("hit", Cancelled())
    assert await all_tokens(second.tokens) == [1, 2]


async def test_a_text_that_ends_for_one_goes_on_for_the_other(desk: Desk) -> None:
    desk.bench.gate.close(after=1)
    one = await desk.open(wanted("a", text_end="one"))
    other = await desk.open(wanted("b", text_end="other"))
    one.tokens.enough()
    desk.bench.gate.open()
    assert await all_tokens(other.tokens) == [1, 2, 1]
    assert other.tokens.ending == Finished("length")


async def test_nobody_waits_for_the_turn_of_another_client(desk: Desk) -> None:
    desk.bench.gate.close()
    flood = [await desk.open(wanted(f"f{n}", n, client="nas")) for n in range(3, 8)]
    last = await desk.open(wanted("a", client="nas"))
    chat = await desk.open(wanted("b", client="phone"))
    assert chat.source == "shared"
    assert desk.bench.batcher.num_waiting == 5  # three of the flood, and one for each client
    await eventually(lambda: desk.num_computed > 0)  # what is cancelled before is never computed
    flood[0].tokens.cancel()
    # It ends after the decode that was under way, which the second of the flood may have joined.
    desk.bench.gate.let_through(2)
    await eventually(lambda: chat.tokens.times.admitted_seconds is not None)
    assert desk.bench.batcher.num_waiting == 3  # the place behind the flood was given up
    desk.bench.gate.open()
    assert await all_tokens(chat.tokens) == await all_tokens(last.tokens) == [1, 2, 1]
    for each in flood[1:]:
        await all_tokens(each.tokens)
    assert desk.num_computed == 6


async def test_who_finds_the_queue_full_follows_whoever_is_in_it(desk: Desk) -> None:
    desk.bench.gate.close()
    flood = [await desk.open(wanted(f"f{n}", n, client=f"c{n}")) for n in range(3, 11)]
    first = await desk.open(wanted("a", client="c1"))
    while True:
        try:
            number = len(flood) + 3
            flood.append(await desk.open(wanted(f"f{number}", number, client="c1")))
        except QueueFull:
            break
    second = await desk.open(wanted("b", client="c2"))
    assert second.source == "shared"
    desk.bench.gate.open()
    for each in (*flood, first, second):
        await all_tokens(each.tokens)


async def test_a_full_queue_refuses_and_leaves_nothing_behind(desk: Desk) -> None:
    desk.bench.gate.close()
    requests = [wanted(f"f{n}", n) for n in range(3, 40)]
    with pytest.raises(QueueFull):
        await desk.reuse.open(requests)
    assert desk.bench.batcher.num_waiting == 0
    desk.bench.gate.open()
    await desk.has_nothing()
    assert desk.reuse.counts == ReuseCounts()


async def test_an_interactive_request_does_not_follow_a_batch_one(desk: Desk) -> None:
    desk.bench.gate.close()
    batch = await desk.open(wanted("a", priority="batch"))
    chat = await desk.open(wanted("b"))
    assert (batch.source, chat.source) == ("miss", "miss")
    desk.bench.gate.open()
    for each in (batch, chat):
        await all_tokens(each.tokens)
    assert await desk.source(wanted("c", priority="batch")) == "hit"


async def test_a_fresh_answer_joins_nothing_and_is_of_use_to_others(desk: Desk) -> None:
    await desk.source(wanted("a"))
    desk.bench.gate.close()
    fresh = [await desk.open(wanted(name), policy="fresh") for name in ("b", "c")]
    assert [each.source for each in fresh] == ["miss", "miss"]
    follower = await desk.open(wanted("d"))
    assert follower.source == "shared"
    desk.bench.gate.open()
    for each in (*fresh, follower):
        await all_tokens(each.tokens)
    assert desk.num_computed == 3


async def test_equal_answers_of_one_fresh_request_are_computed_once(desk: Desk) -> None:
    opened = await desk.reuse.open([wanted("a"), wanted("b")], policy="fresh")
    for each in opened:
        await all_tokens(each.tokens)
    assert desk.num_computed == 1


async def test_an_answer_apart_takes_nothing_and_leaves_nothing(desk: Desk) -> None:
    assert await desk.source(wanted("a"), policy="apart") == "miss"
    assert await desk.source(wanted("b")) == "miss"
    assert await desk.source(wanted("c"), policy="apart") == "miss"
    desk.bench.gate.close()
    apart = await desk.open(wanted("d", 7), policy="apart")
    other = await desk.open(wanted("e", 7))
    assert other.source == "miss"
    desk.bench.gate.open()
    for each in (apart, other):
        await all_tokens(each.tokens)


async def test_without_sharing_only_finished_answers_are_reused(desk: Desk) -> None:
    desk.reuse = desk.make_reuse(shares=False)
    opened = await desk.reuse.open([wanted("a"), wanted("b")])
    for each in opened:
        await all_tokens(each.tokens)
    assert [each.source for each in opened] == ["miss", "miss"]
    assert await desk.source(wanted("c")) == "hit"


async def test_without_a_store_only_running_answers_are_reused(desk: Desk) -> None:
    desk.reuse = desk.make_reuse(stores=False)
    opened = await desk.reuse.open([wanted("a"), wanted("b")])
    for each in opened:
        await all_tokens(each.tokens)
    assert [each.source for each in opened] == ["miss", "shared"]
    assert await desk.source(wanted("c")) == "miss"


async def test_nobody_waits_long_for_a_slow_disk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_reuse, "LOOKUP_SECONDS", 0.01)
    store = desk.reuse.store
    assert store is not None
    look = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(store, "get", lambda key: look)
    assert await desk.source(wanted("a")) == "miss"
    look.set_result(None)


async def test_who_leaves_during_the_look_queues_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk.reuse.store
    assert store is not None
    look = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(store, "get", lambda key: look)
    leaving = asyncio.create_task(desk.open(wanted("a")))
    staying = asyncio.create_task(desk.open(wanted("b")))
    await asyncio.sleep(0)
    leaving.cancel()
    look.set_result(None)
    assert await all_tokens((await staying).tokens) == [1, 2, 1]
    assert desk.num_computed == 1


async def test_a_thread_that_ends_fails_every_reader(desk: Desk) -> None:
    desk.bench.gate.close()
    running = [await desk.open(wanted(f"r{n}", n)) for n in (5, 6)]
    waiting = [await desk.open(wanted(name, client=name)) for name in ("a", "b")]
    desk.bench.gate.open()
    desk.bench.faults.die_at_decode(1)
    for each in (*running, *waiting):
        if each.tokens.ending is None:
            await each.tokens.wait_for_end()
    assert desk.bench.batcher.num_waiting == 0
