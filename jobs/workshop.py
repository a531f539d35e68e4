"""What batches are worked on with, and patience with a disk that fails.

Thread: event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from jobs.errors import StorageFault
from jobs.file_area import FileArea
from jobs.line_server import LineServer
from jobs.places import Places
from jobs.records import JobCounts
from jobs.store import JobStore

T = TypeVar("T")

MAX_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all batches are worked on with.

    `now` gives seconds since 1970. The first pause before something is tried again has
    `pause_seconds`. Who answers a line that may have ended the model holds `suspect_lock`.
    `on_trouble` is told why nothing can be kept now, and None when it can again.
    """

    store: JobStore
    area: FileArea
    server: LineServer
    places: Places
    now: Callable[[], float]
    suspect_lock: asyncio.Lock
    max_line_bytes: int
    pause_seconds: float = 1.0
    on_trouble: Callable[[str | None], None] = lambda trouble: None
    counts: JobCounts = field(default_factory=JobCounts)

    @property
    def now_unix(self) -> int:
        return int(self.now())

    async def insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do what only the disk can keep from being done, until it is done."""
        pause_seconds = self.pause_seconds
        while True:
            try:
                result = await work()
            except StorageFault as fault:
                self.on_trouble(str(fault))
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(2 * pause_seconds, MAX_PAUSE_SECONDS)
            else:
                self.on_trouble(None)
                return result
