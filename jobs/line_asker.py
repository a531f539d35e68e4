"""How the lines of a batch get their answers: patiently, and again where the server is at fault.

Thread: event loop.
"""

import asyncio

from jobs.input_lines import Line
from jobs.line_server import LineAnswer, Postponed
from jobs.records import Batch
from jobs.workshop import MAX_PAUSE_SECONDS, Workshop

MAX_ATTEMPTS = 3
"""At a line whose answer is a fault of the server."""


class LineAsker:
    """Asks for the lines of one batch. `suspects` has those that were on their way when the model
    ended by itself, by number."""

    def __init__(self, batch: Batch, workshop: Workshop) -> None:
        self._batch = batch
        self._shop = workshop
        self.suspects: set[int] = set()

    async def ask(self, line: Line) -> LineAnswer:
        """The answer; a fault of the server is given more chances."""
        pause_seconds = self._shop.pause_seconds
        num_attempts = 0
        while True:
            answer = await self._ask_patiently(line)
            num_attempts += 1
            if answer.status < 500 or num_attempts == MAX_ATTEMPTS:
                return answer
            await asyncio.sleep(pause_seconds)
            pause_seconds *= 4

    async def _ask_patiently(self, line: Line) -> LineAnswer:
        while True:
            try:
                return await self._shop.server.answer(
                    self._batch.endpoint,
                    line.body,
                    client=self._batch.client,
                    owner=self._batch.owner,
                )
            except Postponed as postponed:
                if postponed.is_suspect:
                    self.suspects.add(line.number)
                await asyncio.sleep(min(postponed.retry_after_seconds, MAX_PAUSE_SECONDS))
