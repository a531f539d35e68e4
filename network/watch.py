"""Notices that the LAN gave this machine other addresses: a cable, a wake, a new lease.

Thread: event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable

from network.addresses import LanAddress

POLL_SECONDS = 30.0


async def follow_addresses(
    find: Callable[[], tuple[LanAddress, ...]],
    act: Callable[[tuple[LanAddress, ...]], Awaitable[None]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Act on the addresses now, and again whenever they are others, until it is cancelled.

    Asking costs less than a millisecond and works alike on every system, so it is asked again
    and again instead of waiting for each system's own notice.
    """
    known: tuple[LanAddress, ...] | None = None
    while True:
        found = find()
        if found != known:
            known = found
            await act(found)
        await sleep(POLL_SECONDS)
