"""Notices that the inference thread has stopped stepping although there is work.

Thread: event loop.
"""

import asyncio
from collections.abc import Callable

CHECKS_PER_LIMIT = 10


async def wait_for_stall(step_age: Callable[[], float | None], *, limit_seconds: float) -> float:
    """Return when the last step is older than the limit, with its age in seconds.

    `step_age` is None while there is nothing to compute. A thread that hangs in the driver raises
    nothing and cannot be interrupted: looking at its age is the only way to know.
    """
    loop = asyncio.get_running_loop()
    has_overslept = False
    while True:
        age_seconds = step_age()
        if age_seconds is not None and age_seconds > limit_seconds and not has_overslept:
            return age_seconds
        asleep_seconds = loop.time()
        await asyncio.sleep(limit_seconds / CHECKS_PER_LIMIT)
        # A process that was stopped, or whose machine slept, has made no step either.
        has_overslept = loop.time() - asleep_seconds > limit_seconds / 2
