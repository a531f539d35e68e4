"""How fast the queue moves, measured, and what that says about a wait.

Thread: event loop.
"""

from collections.abc import Callable

HALF_LIFE_SECONDS = 20.0
"""What was measured so long ago counts half. Only time in which somebody waited is counted."""


class Pace:
    """Requests, and their prompt tokens, that got a slot while others waited for one.

    Until something is measured, a slot is taken to serve a request in a second. `clock` counts
    seconds.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds = 0.0
        self._num_requests = 0.0
        self._num_tokens = 0.0
        self._waited_since_seconds: float | None = None
        self.max_slots = 1

    def note_wait(self, *, is_somebody_waiting: bool) -> None:
        """Say whether there is a queue now: without one nothing is measured."""
        self._count_time()
        if not is_somebody_waiting:
            self._waited_since_seconds = None
        elif self._waited_since_seconds is None:
            self._waited_since_seconds = self._clock()

    def note_start(self, num_tokens: int) -> None:
        """Count a request that has got its slot; one that did not wait says nothing."""
        if self._waited_since_seconds is None:
            return
        self._count_time()
        self._num_requests += 1
        self._num_tokens += num_tokens

    def expected_seconds(self, num_requests: int, num_tokens: int) -> float:
        """How long it takes until so many requests with so many prompt tokens have a slot.

        The slower of the two counts: long prompts hold up a queue that is short in requests.
        """
        seconds = self._seconds + self._open_seconds()
        if not self._num_requests:
            # Nothing has moved yet: a guess, or as long as it has been standing still.
            return max(num_requests / self.max_slots, seconds)
        by_requests = num_requests * seconds / self._num_requests
        by_tokens = num_tokens * seconds / max(self._num_tokens, 1.0)
        return max(by_requests, by_tokens)

    def _open_seconds(self) -> float:
        """Since something was counted last; a queue that stands still gets slower by it."""
        if self._waited_since_seconds is None:
            return 0.0
        return self._clock() - self._waited_since_seconds

    def _count_time(self) -> None:
        seconds = self._open_seconds()
        if not seconds:
            return
        left = 0.5 ** (seconds / HALF_LIFE_SECONDS)
        self._seconds = self._seconds * left + seconds
        self._num_requests *= left
        self._num_tokens *= left
        self._waited_since_seconds = self._clock()
