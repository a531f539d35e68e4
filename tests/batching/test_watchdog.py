"""When a thread without a step is given up, on a clock that the test moves."""

from collections.abc import Callable

import pytest

from batching.watchdog import CHECKS_PER_LIMIT, wait_for_stall

LIMIT_SECONDS = 300.0
CHECK_SECONDS = LIMIT_SECONDS / CHECKS_PER_LIMIT


class Clock:
    """Goes on while the watchdog sleeps, by more where a nap is longer than asked for."""

    def __init__(self, naps: dict[int, float] | None = None) -> None:
        self.seconds = 1000.0
        self._naps = naps or {}
        self._num_sleeps = 0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self._num_sleeps += 1
        assert self._num_sleeps < 1000, "it never ends"
        self.seconds += self._naps.get(self._num_sleeps, seconds)


async def seconds_to_a_stall(clock: Clock, step_age: Callable[[], float | None]) -> float:
    began_seconds = clock()
    await wait_for_stall(step_age, limit_seconds=LIMIT_SECONDS, clock=clock, sleep=clock.sleep)
    return clock() - began_seconds


async def test_a_step_that_hangs_is_noticed_soon_after_the_limit() -> None:
    clock = Clock()
    taken_seconds = await seconds_to_a_stall(clock, lambda: clock() - 1000.0)
    assert LIMIT_SECONDS < taken_seconds <= LIMIT_SECONDS + 2 * CHECK_SECONDS


@pytest.mark.parametrize("nap_seconds", [LIMIT_SECONDS, 8 * 3600.0])
async def test_after_a_stop_of_the_process_the_step_gets_the_whole_limit_again(
    nap_seconds: float,
) -> None:
    clock = Clock({3: nap_seconds})
    taken_seconds = await seconds_to_a_stall(clock, lambda: clock() - 1000.0)
    assert taken_seconds > 2 * CHECK_SECONDS + nap_seconds + LIMIT_SECONDS


async def test_a_step_that_ends_after_the_stop_is_no_stall() -> None:
    clock = Clock({3: 8 * 3600.0})
    woke_seconds = 1000.0 + 2 * CHECK_SECONDS + 8 * 3600.0

    def step_age() -> float | None:
        """The step that slept takes half the limit more; then one hangs."""
        has_ended = clock() > woke_seconds + LIMIT_SECONDS / 2
        return clock() - (woke_seconds + LIMIT_SECONDS / 2 if has_ended else 1000.0)

    taken_seconds = await seconds_to_a_stall(clock, step_age)
    assert taken_seconds > woke_seconds - 1000.0 + 1.5 * LIMIT_SECONDS


async def test_an_idle_server_is_no_stall() -> None:
    clock = Clock()
    began_seconds = 1000.0 + 20 * LIMIT_SECONDS
    taken_seconds = await seconds_to_a_stall(
        clock, lambda: None if clock() < began_seconds else clock() - began_seconds
    )
    assert taken_seconds > 21 * LIMIT_SECONDS
