"""All answers to one request: their events as they come, and what they count.

Thread: event loop.
"""

import asyncio
from collections.abc import Mapping
from typing import Self

from api.answer_log import time_fields
from api.generation import Generation
from batching.counts import Counts
from batching.stream import QueuePlace, TokenStream
from prompts.answer import AnswerEvent


class Answers:
    """The generations of one request. Leaving its `with` block frees their slots.

    Of several prompts, those of the first come first; each prompt has as many.
    """

    def __init__(
        self,
        generations: list[Generation],
        *,
        arrived_seconds: float,
        num_prompts: int = 1,
        counts: Counts,
        asked: Mapping[str, object] | None = None,
    ) -> None:
        self.generations = generations
        self.num_per_prompt = len(generations) // num_prompts
        self._arrived_seconds = arrived_seconds
        self._counts = counts
        self._asked = asked or {}
        """What the log says about the request itself."""
        self._reading: dict[int, asyncio.Task[list[AnswerEvent]]] = {}
        """One for each answer of several that has not ended."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        for generation in self.generations:
            generation.cancel()
            self._counts.note_first_token(generation.tokens, arrived_seconds=self._arrived_seconds)
        for task in self._reading.values():
            task.cancel()
        if self._reading:
            await asyncio.gather(*self._reading.values(), return_exceptions=True)

    @property
    def have_ended(self) -> bool:
        """Whether all events of all answers were handed out."""
        return not self._reading and all(each.has_ended for each in self.generations)

    @property
    def num_prompt_tokens(self) -> int:
        """Each prompt counts once, however many answers it has."""
        return sum(tokens.num_prompt_tokens for tokens in self._first_streams)

    @property
    def num_cached_tokens(self) -> int:
        """Those of the prompts that the first answer to each did not compute."""
        return sum(tokens.num_cached_tokens for tokens in self._first_streams)

    @property
    def num_read_tokens(self) -> int:
        """Those of the prompts that are read, until the first token comes."""
        return sum(tokens.num_read_tokens for tokens in self._first_streams)

    @property
    def _first_streams(self) -> list[TokenStream]:
        """Of the first answer to each prompt."""
        return [generation.tokens for generation in self.generations[:: self.num_per_prompt]]

    @property
    def num_completion_tokens(self) -> int:
        return sum(generation.num_completion_tokens for generation in self.generations)

    @property
    def queue_place(self) -> QueuePlace | None:
        """Where the last of them stood that had to wait."""
        places = [each.tokens.queue_place for each in self.generations]
        return next((place for place in reversed(places) if place), None)

    async def next_events(
        self, *, patience_seconds: float | None = None
    ) -> list[tuple[int, list[AnswerEvent]]]:
        """The next events, by the index of their answer.

        Raises:
            TimeoutError: there was nothing for so long; asking again loses nothing.
            BatchingError: a sequence failed.
        """
        if len(self.generations) > 1:
            return await self._next_of_several(patience_seconds)
        [generation] = self.generations
        return [(0, await generation.next_events(patience_seconds=patience_seconds))]

    async def all_events(self) -> list[list[AnswerEvent]]:
        """All events of each answer, when all are there."""
        if len(self.generations) == 1:
            return [await self.generations[0].all_events()]
        events: list[list[AnswerEvent]] = [[] for _ in self.generations]
        while not self.have_ended:
            for index, new_events in await self.next_events():
                events[index] += new_events
        return events

    async def _next_of_several(
        self, patience_seconds: float | None
    ) -> list[tuple[int, list[AnswerEvent]]]:
        for index, generation in enumerate(self.generations):
            if not generation.has_ended and index not in self._reading:
                reading = asyncio.create_task(generation.next_events(), name=f"answer {index}")
                self._reading[index] = reading
        done, _ = await asyncio.wait(
            self._reading.values(),
            timeout=patience_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            raise TimeoutError
        ready = [index for index, task in self._reading.items() if task in done]
        return [(index, self._reading.pop(index).result()) for index in ready]

    def log_fields(self) -> dict[str, object]:
        """What the request's log line says about it and them."""
        return {
            **self._asked,
            "prompt_tokens": self.num_prompt_tokens,
            "cached_tokens": self.num_cached_tokens,
            "completion_tokens": self.num_completion_tokens,
            "finish_reason": self.generations[0].finish_reason if self.have_ended else None,
            **time_fields(
                [generation.tokens for generation in self.generations],
                arrived_seconds=self._arrived_seconds,
                num_tokens=self.num_completion_tokens,
            ),
        }
