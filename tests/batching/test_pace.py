"""What is measured of the queue's pace, and the waits that follow from it."""

import pytest

from batching.pace import HALF_LIFE_SECONDS, Pace
from tests.batching.conftest import FakeClock


def moving(clock: FakeClock, *, interval_seconds: float, num: int, num_tokens: int = 10) -> Pace:
    """A pace after a queue from which a request started every so many seconds."""
    pace = Pace(clock=clock)
    pace.max_slots = 4
    pace.note_wait(is_somebody_waiting=True)
    for _ in range(num):
        clock.now_seconds += interval_seconds
        pace.note_start(num_tokens)
    return pace


def test_before_anything_is_measured_a_slot_serves_a_request_a_second() -> None:
    pace = Pace(clock=FakeClock())
    pace.max_slots = 4
    assert pace.expected_seconds(8, 1_000_000) == 2


@pytest.mark.parametrize("interval_seconds", [0.01, 0.5, 90.0])
def test_a_wait_is_expected_to_be_as_long_as_those_before_it_took(interval_seconds: float) -> None:
    pace = moving(FakeClock(), interval_seconds=interval_seconds, num=50)
    assert pace.expected_seconds(30, 300) == pytest.approx(30 * interval_seconds)


def test_longer_prompts_than_were_measured_take_longer() -> None:
    pace = moving(FakeClock(), interval_seconds=1.0, num=50, num_tokens=10)
    assert pace.expected_seconds(3, 1000) == pytest.approx(100)


def test_what_was_measured_long_ago_is_forgotten() -> None:
    clock = FakeClock()
    pace = moving(clock, interval_seconds=1.0, num=50)
    for _ in range(200):
        clock.now_seconds += HALF_LIFE_SECONDS / 20
        pace.note_start(10)
        clock.now_seconds += HALF_LIFE_SECONDS / 20
        pace.note_start(10)
    assert pace.expected_seconds(1, 10) == pytest.approx(HALF_LIFE_SECONDS / 20, rel=0.01)


def test_time_in_which_nobody_waits_does_not_count() -> None:
    clock = FakeClock()
    pace = moving(clock, interval_seconds=1.0, num=50)
    pace.note_wait(is_somebody_waiting=False)
    clock.now_seconds += 10_000
    pace.note_start(10)  # it did not wait
    assert pace.expected_seconds(10, 100) == pytest.approx(10)


def test_a_queue_that_stands_still_is_expected_to_take_ever_longer() -> None:
    clock = FakeClock()
    pace = moving(clock, interval_seconds=1.0, num=50)
    clock.now_seconds += 300
    assert pace.expected_seconds(1, 10) > 10


def test_a_queue_that_has_never_moved_takes_at_least_as_long_as_it_stood() -> None:
    clock = FakeClock()
    pace = Pace(clock=clock)
    pace.note_wait(is_somebody_waiting=True)
    clock.now_seconds += 40
    assert pace.expected_seconds(1, 10) == 40
