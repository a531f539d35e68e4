"""Notices that the inference thread has stopped stepping although there is work.

Thread: event loop.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

CHECKS_PER_LIMIT = 10


async def wait_for_stall(
    step_age: Callable[[], float | None],
    *,
    limit_seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> float:
    """Return when the last step is older than the limit, with its age in seconds.

    `step_age` is None while there is nothing to compute. A thread that hangs in the driver raises
    nothing and cannot be interrupted: looking at its age is the only way to know.

    A process that was stopped (a debugger, a virtual machine that was put aside) has made no step
    either, and the clock went on; so the thread gets the whole limit again from when we woke.
    NOTE: while a machine sleeps, this clock stands still on Linux and macOS. Nothing is noticed.
    """
    awake_since_seconds = clock()
    while True:
        age_seconds = step_age()
        awake_seconds = clock() - awake_since_seconds
        if age_seconds is not None and min(age_seconds, awake_seconds) > limit_seconds:
            return age_seconds
        asleep_seconds = clock()
        await sleep(limit_seconds / CHECKS_PER_LIMIT)
        if clock() - asleep_seconds > limit_seconds / 2:
            awake_since_seconds = clock()
