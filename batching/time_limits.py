"""How long a request may take.

Thread: event loop.
"""

from collections.abc import Callable
from dataclasses import dataclass

from batching.counts import Counts
from batching.stream import TokenStream


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


def limit_time(stream: TokenStream, limits: TimeLimits, counts: Counts) -> None:
    """Have a stream that was just made end when its time is over."""
    patience_seconds, total_seconds = limits.patience_seconds, limits.total_seconds
    if patience_seconds is not None and not stream.submit.is_streamed:
        # From now on, not from its arrival: the client counts from the end of the body.
        until_seconds = stream.times.arrived_seconds + patience_seconds
        stream.set_deadline(until_seconds, _giving_up(stream, patience_seconds, counts))
    if total_seconds is not None:
        until_seconds = limits.arrived_seconds + total_seconds
        stream.set_deadline(until_seconds, _timing_out(stream, total_seconds, counts))


def _giving_up(stream: TokenStream, limit_seconds: float, counts: Counts) -> Callable[[], None]:
    def give_up() -> None:
        """What has begun goes on: it may be done soon."""
        if stream.times.admitted_seconds is None:
            counts.num_not_begun += 1
            stream.time_out(limit_seconds, is_total=False)

    return give_up


def _timing_out(stream: TokenStream, limit_seconds: float, counts: Counts) -> Callable[[], None]:
    def time_out() -> None:
        counts.num_timed_out += 1
        stream.time_out(limit_seconds, is_total=True)

    return time_out
