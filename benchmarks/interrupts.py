"""Ctrl-C and SIGTERM end a run in order: what it has started does not outlive it.

Thread: both (the main thread of the driving process).
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_INTERRUPTED = 130

_put_off: list[int] = []
"""One entry while an interrupt has to wait: how many have come meanwhile."""


def end_in_order() -> None:
    """From here on both signals raise KeyboardInterrupt.

    A shell's background job ignores Ctrl-C unless it is told otherwise.
    """
    for order in (signal.SIGINT, signal.SIGTERM):
        signal.signal(order, _interrupt)


@contextmanager
def interrupts_put_off() -> Iterator[None]:
    """Raise only at the end: a process that is being started is nobody's yet, and would stay."""
    _put_off.append(0)
    try:
        yield
    finally:
        num_come = _put_off.pop()
    if num_come:
        raise KeyboardInterrupt


def _interrupt(order: int, frame: FrameType | None) -> None:
    if _put_off:
        _put_off[-1] += 1
        return
    raise KeyboardInterrupt
