"""What the system tells the server by signals.

Thread: event loop.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence

from loguru import logger


class ReloadSignal:
    """SIGHUP: what may change while the server runs is read again. Requests notice nothing, unless
    their key is gone."""

    def __init__(self, reads: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._reads = reads
        self._requested = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._requested.set)

    async def watch(self) -> None:
        """Read whenever it is asked for, for ever."""
        while True:
            await self._requested.wait()
            self._requested.clear()
            for read in self._reads:
                try:
                    await read()
                except Exception as error:  # the next one is not to blame
                    logger.opt(exception=error).error("reading again failed")


class StopSignals:
    """SIGTERM and SIGINT: the first asks to stop, the second not to wait for running requests."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.urgent = asyncio.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_number, self._note)

    def _note(self) -> None:
        (self.urgent if self.requested.is_set() else self.requested).set()
