"""Requests that are being answered, each until its key ends.

Thread: event loop.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from access.errors import AccessError
from access.keys import ApiKey


class Stay:
    """One request. `as_error` turns its end into an exception, once, where it is seen first:
    innermost in a stream, which then says so in a frame."""

    def __init__(self, key: ApiKey, task: asyncio.Task[object]) -> None:
        self.key = key
        self._task = task
        self._error: AccessError | None = None
        self._is_told = False

    def end(self, error: AccessError) -> None:
        """Have the request fail with this, wherever it waits."""
        if self._error is None:
            self._error = error
            self._task.cancel()

    @contextmanager
    def as_error(self) -> Iterator[None]:
        """Raises the error of `end`. A client that leaves cancels too: that stays as it is.

        Source: asyncio.timeout, which tells its own cancellation from others in the same way.
        """
        try:
            yield
        except asyncio.CancelledError:
            if self._error is None or self._is_told:
                raise
            self._is_told = True
            if self._task.uncancel() > 0:
                raise
            raise self._error from None


class Stays:
    """All of them."""

    def __init__(self) -> None:
        self._running: dict[Stay, None] = {}

    def __iter__(self) -> Iterator[Stay]:
        return iter([*self._running])

    @contextmanager
    def begun(self, key: ApiKey) -> Iterator[Stay]:
        """One, for as long as the block of the current task lasts."""
        task = asyncio.current_task()
        assert task is not None
        stay = Stay(key, task)
        self._running[stay] = None
        try:
            with stay.as_error():
                yield stay
        finally:
            del self._running[stay]
