"""Ctrl-C and SIGTERM end a run in order: what it has started does not outlive it.

Thread: both (the main thread of the driving process).
"""

import signal
from types import FrameType

EXIT_INTERRUPTED = 130


def end_in_order() -> None:
    """From here on both signals raise KeyboardInterrupt.

    A shell's background job ignores Ctrl-C unless it is told otherwise.
    """
    for order in (signal.SIGINT, signal.SIGTERM):
        signal.signal(order, _interrupt)


def _interrupt(order: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
