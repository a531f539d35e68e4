"""How long a request may take, and where it stood when it was queued.

Thread: event loop.
"""

from dataclasses import dataclass

from batching.errors import BatchingError


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """What ends a request early. None is no limit.

    `patience_seconds` is how long its client waits for the first byte: of a whole answer that is
    the end, and one that has not begun by then is not computed. `total_seconds` count from
    `arrived_seconds`, a time of the loop, to the answer's end.
    """

    patience_seconds: float | None = None
    total_seconds: float | None = None
    arrived_seconds: float = 0.0


NO_TIME_LIMITS = TimeLimits()


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A request's ending when a time limit ends it; `error` is what its reader is told."""

    error: BatchingError


@dataclass(slots=True)
class OverloadCounts:
    """Requests that were refused because the queue was full, answers that were not begun before
    their clients gave up, and answers that were not complete within their time limit."""

    num_refused: int = 0
    num_not_begun: int = 0
    num_timed_out: int = 0


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a request stood when it began to wait: so many were there, itself among them.

    Fair share may give it a better place. `expected_seconds` is by the pace that was measured.
    """

    position: int
    expected_seconds: float
