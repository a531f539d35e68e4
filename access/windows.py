"""Counters of one minute each, for the limits library.

Thread: event loop. The library's own storage in memory starts a thread at every other count.
"""

import time
from collections.abc import Callable

from limits.storage import Storage


class Windows(Storage):
    """A count begins a window, and is forgotten at its end. There are few: two for each key."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}
        """With the time of the window's end."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        count, until_seconds = self._counts.get(key, (0, 0.0))
        if until_seconds <= self._clock():
            count, until_seconds = 0, self._clock() + expiry
        self._counts[key] = (count + amount, until_seconds)
        return count + amount

    def get(self, key: str) -> int:
        count, until_seconds = self._counts.get(key, (0, 0.0))
        return count if until_seconds > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        return max(self._counts.get(key, (0, 0.0))[1], self._clock())

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        num_counts = len(self._counts)
        self._counts.clear()
        return num_counts

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)
