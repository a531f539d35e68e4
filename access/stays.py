"""Requests that are being answered, each until its key ends.

Thread: event loop.
"""

import asyncio
from collections.abc import Iterator

from access.errors import AccessError
from access.keys import ApiKey


class Stay:
    """One request. A block of it turns its end into an exception, once, where it is seen first:
    innermost in a stream, which then says so in a frame. Blocks may be nested."""

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

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """Raises the error of `end`. A client that leaves cancels too: that stays as it is.

        Source: asyncio.timeout, which tells its own cancellation from others in the same way.
        """
        if kind is not asyncio.CancelledError or self._error is None or self._is_told:
            return
        self._is_told = True
        if self._task.uncancel() == 0:
            raise self._error from None


class Stays:
    """All of them."""

    def __init__(self) -> None:
        self._running: dict[Stay, None] = {}

    def __iter__(self) -> Iterator[Stay]:
        return iter([*self._running])

    def begin(self, key: ApiKey) -> Stay:
        """One of the current task, until it is `over`."""
        task = asyncio.current_task()
        assert task is not None
        stay = Stay(key, task)
        self._running[stay] = None
        return stay

    def over(self, stay: Stay) -> None:
        del self._running[stay]
