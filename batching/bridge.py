"""Every call that crosses between the event loop and the inference thread.

Thread: both; each method says which side calls it.
"""

import asyncio
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from batching.messages import ToLoop, ToThread


class Bridge:
    """Two one-way lanes of messages.

    Loop → thread is a queue on which an idle thread blocks: a thread that polls would take the
    interpreter from the event loop. Thread → loop is one `call_soon_threadsafe` per step, not per
    token (52 µs against 10 µs for 32 sequences).
    """

    def __init__(self, on_message: Callable[[ToLoop], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._inbox: SimpleQueue[ToThread] = SimpleQueue()
        self.last_step_seconds = time.monotonic()
        """When the thread last began a step. One side writes a float, the other reads it."""

    def send(self, message: ToThread) -> None:
        """Loop side: put a message into the thread's inbox."""
        self._inbox.put(message)

    def receive(self, *, block: bool) -> list[ToThread]:
        """Thread side: all waiting messages, in order; with `block`, at least one."""
        messages = [self._inbox.get()] if block else []
        try:
            while True:
                messages.append(self._inbox.get_nowait())
        except Empty:
            return messages

    def beat(self) -> None:
        """Thread side: say that the thread lives, at each step."""
        self.last_step_seconds = time.monotonic()

    def post(self, message: ToLoop) -> None:
        """Thread side: hand a message to the loop, in order."""
        try:
            self._loop.call_soon_threadsafe(self._on_message, message)
        except RuntimeError:
            # The loop is closed: the process is on its way out and nobody is left to tell.
            return
