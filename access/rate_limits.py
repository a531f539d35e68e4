"""What keys may use in a minute and at once, and what is left of it.

Thread: event loop.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from access.errors import OverLimit, TokensUsedUp
from access.keys import ApiKey
from access.windows import Windows


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a limit, and in how many seconds it is whole again."""

    limit: int
    remaining: int
    reset_seconds: float


class RateLimits:
    """Counts by the names of keys. A minute begins with the first request in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(Windows(clock))
        self._num_running: Counter[str] = Counter()

    @contextmanager
    def counted(self, key: ApiKey) -> Iterator[None]:
        """Count a request, while it runs and in its minute. One that is refused does not count.

        Raises:
            OverLimit: a limit is reached.
        """
        limits, name = key.limits, key.name
        if limits.max_concurrent is not None:
            self._require_place(name, limits.max_concurrent)
        if limits.tokens_per_minute is not None:
            self._require(limits.tokens_per_minute, name, "tokens", TokensUsedUp)
        if limits.requests_per_minute is not None:
            self._require(limits.requests_per_minute, name, "requests", OverLimit)
            self._limiter.hit(_minute(limits.requests_per_minute), "requests", name)
        self._num_running[name] += 1
        try:
            yield
        finally:
            self._num_running[name] -= 1

    def use_tokens(self, key: ApiKey, num_tokens: int) -> None:
        """Note what a request has come to. It may take the minute over its limit: how long an
        answer will be is not known before."""
        limit = key.limits.tokens_per_minute
        if limit is not None and num_tokens:
            self._limiter.hit(_minute(limit), "tokens", key.name, cost=num_tokens)

    def num_running(self, key: ApiKey) -> int:
        return self._num_running[key.name]

    def remaining(self, key: ApiKey) -> dict[str, Remaining]:
        """Of each limit in a minute that the key has, by what it counts."""
        limits = {
            "requests": key.limits.requests_per_minute,
            "tokens": key.limits.tokens_per_minute,
        }
        return {
            what: self._remaining(limit, what, key.name)
            for what, limit in limits.items()
            if limit is not None
        }

    def _remaining(self, limit: int, what: str, name: str) -> Remaining:
        reset, remaining = self._limiter.get_window_stats(_minute(limit), what, name)
        return Remaining(limit, remaining, max(0.0, reset - self._clock()))

    def _require(self, limit: int, name: str, what: str, refusal: type[OverLimit]) -> None:
        left = self._remaining(limit, what, name)
        if left.remaining <= 0:
            seconds = max(1, math.ceil(left.reset_seconds))
            raise refusal(
                f"The key {name!r} has used its {limit} {what} per minute. Try again in "
                f"{seconds} s.",
                retry_after_seconds=seconds,
            )

    def _require_place(self, name: str, limit: int) -> None:
        num_running = self._num_running[name]
        if num_running >= limit:
            raise OverLimit(
                f"The key {name!r} has {num_running} requests running, and may have {limit} at "
                "once. Wait for one to end.",
                retry_after_seconds=1,
            )


def _minute(limit: int) -> RateLimitItem:
    return RateLimitItemPerMinute(limit)
