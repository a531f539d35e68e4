"""How many lines of all batches may be on their way at once.

Thread: event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable


class Places:
    """Like a semaphore, but its limit may change. Who asked first is served first: batches take
    turns."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.num_taken = 0

    async def take(self) -> None:
        """Wait for a place. Whoever has it gives it back."""
        if not self._waiting and self.num_taken < self._limit():
            self.num_taken += 1
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.give_back()  # it came, and nobody is there any more
            raise

    def give_back(self) -> None:
        self.num_taken -= 1
        while self._waiting and self.num_taken < self._limit():
            future = self._waiting.popleft()
            if not future.done():
                self.num_taken += 1
                future.set_result(None)
