"""Who waits for a slot, who holds one, and what memory is set aside for them.

Thread: event loop.
"""

from collections.abc import Mapping

from batching.engine.protocol import EngineSpec
from batching.pace import Pace
from batching.queue import RequestQueue
from batching.stream import TokenStream
from batching.token_room import TokenRoom


class Slots:
    """The engine's slots and the queue before them. There are none until the engine is loaded.

    Of `num_reserved` slots, which only interactive requests of clients with nothing running may
    have, one less than all is the most.
    """

    def __init__(self, queue: RequestQueue, *, num_reserved: int, pace: Pace) -> None:
        self.queue = queue
        self.pace = pace
        self._num_reserved = num_reserved
        self._max_slots = 0
        self._room = TokenRoom(None)
        self._running: dict[str, TokenStream] = {}

    @property
    def running(self) -> Mapping[str, TokenStream]:
        """Who holds a slot, by sequence id."""
        return self._running

    @property
    def max_slots(self) -> int:
        return self._max_slots

    @property
    def are_idle(self) -> bool:
        return not self._running and not len(self.queue)

    def open(self, spec: EngineSpec) -> None:
        """The engine is there."""
        self._max_slots = self.pace.max_slots = spec.max_slots
        self._room = TokenRoom(spec.kv_tokens)

    def stop_reserving(self) -> None:
        """Nobody new comes any more."""
        self._num_reserved = 0

    def give_next(self) -> TokenStream | None:
        """Give a slot to the request whose turn it is; None when none may have one now."""
        stream = self._next()
        if stream is not None:
            self._running[stream.sequence_id] = stream
            self._room.take(stream.submit)
            self.pace.note_start(stream.num_prompt_tokens)
            stream.admitted()
        self.pace.note_wait(is_somebody_waiting=bool(len(self.queue)))
        return stream

    def take_back(self, sequence_id: str) -> TokenStream:
        """Free the slot of a sequence that has ended."""
        stream = self._running.pop(sequence_id)
        self.queue.release(stream)
        self._room.give_back(sequence_id)
        return stream

    def clear(self) -> list[TokenStream]:
        """Take out everybody, for the thread is gone."""
        left = [*self._running.values(), *self.queue.clear()]
        self._running.clear()
        return left

    def _next(self) -> TokenStream | None:
        num_free = self._max_slots - len(self._running)
        if not num_free:
            return None
        is_slot_reserved = num_free <= min(self._num_reserved, self._max_slots - 1)
        return self.queue.take(is_slot_reserved=is_slot_reserved, fits=self._room.fits)
