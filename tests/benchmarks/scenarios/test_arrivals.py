"""What a newcomer waits, and what it costs those that are running."""

import pytest

from benchmarks.loads import Answer, LoadFailed
from benchmarks.scenarios.arrivals import Arrival

NEWCOMER = Answer(sent_seconds=10.0, piece_seconds=[12.0, 12.5])


def test_gaps_count_that_reach_into_the_wait() -> None:
    running = Answer(piece_seconds=[1.0, 9.5, 10.5, 11.75, 12.25, 20.0])
    arrival = Arrival.of(NEWCOMER, (running,))
    assert list(arrival.gaps_ms) == [1_000, 1_250, 500]
    assert (arrival.ttft_ms, arrival.worst_gap_ms) == (2_000, 1_250)


def test_a_gap_around_the_whole_wait_counts() -> None:
    assert Arrival.of(NEWCOMER, (Answer(piece_seconds=[9.0, 15.0]),)).gaps_ms == (6_000.0,)


def test_where_nobody_was_running_nothing_is_measured() -> None:
    with pytest.raises(LoadFailed, match="no stream was running"):
        Arrival.of(NEWCOMER, (Answer(piece_seconds=[1.0, 2.0]),))
