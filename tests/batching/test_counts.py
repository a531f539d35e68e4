"""What is counted of sequences: each once, by how it ended, and every token's gap."""

import pytest

from batching.counts import Counts, EndingName
from batching.messages import (
    Cancelled,
    Ending,
    Failed,
    Finished,
    StepReport,
    StepWork,
    TimedOut,
)
from tests.batching.conftest import Bench, all_tokens, request


@pytest.mark.parametrize(
    ("ending", "name"),
    [
        (Finished("stop"), "stop"),
        (Finished("length"), "length"),
        (Failed("broken"), "failed"),
        (TimedOut(1.0, is_total=True), "timed_out"),
        (TimedOut(1.0, is_total=False), "not_begun"),
        (Cancelled(), "left_queue"),
    ],
)
async def test_each_ending_has_its_name(ending: Ending, name: EndingName) -> None:
    stream = request("a")
    stream.end(ending)
    counts = Counts()
    counts.note_end(stream)
    assert counts.endings == {name: 1}


async def test_who_was_cancelled_with_a_slot_was_not_in_the_queue() -> None:
    counts = Counts()
    for is_enough in (False, True):
        stream = request("a")
        stream.admitted()
        stream.is_enough = is_enough
        stream.end(Cancelled())
        counts.note_end(stream)
    assert counts.endings == {"cancelled": 1, "stop_string": 1}


def test_a_part_of_a_step_is_no_step() -> None:
    counts = Counts()
    counts.note_report(StepReport(work=StepWork(num_rows=3)))
    counts.note_report(StepReport(work=StepWork(step_seconds=0.5, num_read=7)))
    assert counts.step.num_values == 1
    assert (counts.work.step_seconds, counts.work.num_read, counts.work.num_rows) == (0.5, 7, 3)


async def test_a_sequence_leaves_tokens_gaps_and_steps(bench: Bench) -> None:
    assert await all_tokens(bench.submit(5, 6, 7)) == [5, 6, 7]
    counts = bench.batcher.counts
    assert (counts.num_prompt_tokens, counts.num_generated_tokens) == (3, 3)
    assert counts.token_gap.num_values == 2
    assert counts.work.num_read == 3
    assert counts.queue_wait["interactive"].num_values == 1
    assert counts.queue_wait["batch"].num_values == 0
    assert counts.step.sum >= counts.work.read_seconds


async def test_a_prompt_that_is_read_in_chunks_makes_a_step_of_each(bench: Bench) -> None:
    await all_tokens(bench.submit(*[1] * 40, max_tokens=1, is_streamed=False))
    assert bench.batcher.counts.step.num_values >= 3
    assert bench.batcher.counts.work.num_read == 40


async def test_the_state_of_the_engine_is_known_from_the_start(bench: Bench) -> None:
    assert bench.batcher.engine_state is not None
    assert bench.batcher.engine_state.num_orphans == 0
