"""Before the batcher: answers that are computed or stored already are not computed again.

Thread: event loop.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from batching.batcher import Batcher
from batching.errors import BatchingError
from batching.messages import Priority
from batching.stream import TokenStream
from reuse.answer_key import AnswerRequest, answer_key
from reuse.blob_store import BlobStore
from reuse.shared_answer import SharedAnswer, replay
from reuse.stored_answer import StoredAnswer

LOOKUP_SECONDS = 0.25
"""What a look into the store may take; a disk that is slower than that is not worth waiting for."""

ReusePolicy = Literal["normal", "fresh", "apart"]
"""fresh: computed now, and then of use to others. apart: neither takes nor leaves anything."""

Source = Literal["hit", "shared", "miss"]
"""Where a deterministic answer comes from: the store, a request that runs, or its own run."""

_Running = dict[tuple[bytes, Priority], SharedAnswer]
"""Interactive requests do not follow batch ones, whose prompts are read after all others."""


@dataclass(slots=True)
class ReuseCounts:
    """Of deterministic answers, by where they came from."""

    hit: int = 0
    shared: int = 0
    miss: int = 0


@dataclass(frozen=True, slots=True)
class OpenedAnswer:
    """The tokens of one answer; `source` is None for one that nobody expects to be the same."""

    tokens: TokenStream
    source: Source | None


class AnswerReuse:
    """Deterministic answers of one model: each is computed once.

    scope: model and version. `shares` is about answers that are being computed, `store` about those
    that were; either may be off.
    """

    def __init__(
        self, batcher: Batcher, *, scope: str, shares: bool, store: BlobStore[StoredAnswer] | None
    ) -> None:
        self._batcher = batcher
        self._scope = scope
        self._shares = shares
        self.store = store
        self._running: _Running = {}
        self._lookups: dict[bytes, asyncio.Future[StoredAnswer | None]] = {}
        self.counts = ReuseCounts()

    async def open(
        self, requests: Sequence[AnswerRequest], *, policy: ReusePolicy = "normal"
    ) -> list[OpenedAnswer]:
        """The streams of all of these, or none.

        Raises:
            BatchingError: as `Batcher.submit` raises; none is queued then.
        """
        keys = [self._key(request) for request in requests]
        running = self._running if self._shares and policy == "normal" else {}
        stored: dict[bytes, StoredAnswer] = {}
        if policy == "normal" and any(keys):
            stored = await self._look_up(requests, keys)
        opened: list[OpenedAnswer] = []
        try:
            for request, key in zip(requests, keys, strict=True):
                if key is None or policy == "apart":
                    opened.append(self._open_alone(request))
                else:
                    opened.append(self._open(request, key, stored.get(key), running))
        except BatchingError:
            for each in opened:
                each.tokens.cancel()
            raise
        for each in opened:
            if each.source:
                setattr(self.counts, each.source, getattr(self.counts, each.source) + 1)
        return opened

    def start(self) -> None:
        """Have the store opened, so that the first request need not wait for it."""
        if self.store:
            self.store.start()

    async def close(self) -> None:
        """Write what is to be written."""
        if self.store:
            await self.store.close()

    def _key(self, request: AnswerRequest) -> bytes | None:
        if not (request.is_deterministic and (self._shares or self.store)):
            return None
        return answer_key(request, scope=self._scope)

    def _open_alone(self, request: AnswerRequest) -> OpenedAnswer:
        tokens = self._batcher.submit(request.submit)
        return OpenedAnswer(tokens, "miss" if request.is_deterministic else None)

    def _open(
        self, request: AnswerRequest, key: bytes, stored: StoredAnswer | None, running: _Running
    ) -> OpenedAnswer:
        submit = request.submit
        place = key, submit.priority
        if shared := running.get(place):
            return OpenedAnswer(shared.join(submit), "shared")
        if stored:
            return OpenedAnswer(replay(stored, submit), "hit")
        shared = SharedAnswer(self._batcher, on_end=lambda ended: self._note_end(place, ended))
        tokens = shared.join(submit)
        if self._shares:
            self._running[place] = running[place] = shared
        return OpenedAnswer(tokens, "miss")

    def _note_end(self, place: tuple[bytes, Priority], shared: SharedAnswer) -> None:
        if self._running.get(place) is shared:
            del self._running[place]
        answer = shared.result()
        if answer and self.store:
            self.store.put(place[0], answer)

    async def _look_up(
        self, requests: Sequence[AnswerRequest], keys: Sequence[bytes | None]
    ) -> dict[bytes, StoredAnswer]:
        """Those that are stored. What is being computed already is not looked for.

        NOTE: requests for one key wait for one look. All go on in the same round of the loop, so
        the first of them starts the answer before any other can find that nobody computes it.
        """
        if self.store is None:
            return {}
        wanted = {
            key: None
            for request, key in zip(requests, keys, strict=True)
            if key and (key, request.submit.priority) not in self._running
        }
        looks = {key: self._look(self.store, key) for key in wanted}
        if looks:
            await asyncio.wait(looks.values(), timeout=LOOKUP_SECONDS)
        found = {key: look.result() for key, look in looks.items() if look.done()}
        return {key: answer for key, answer in found.items() if answer}

    def _look(
        self, store: BlobStore[StoredAnswer], key: bytes
    ) -> asyncio.Future[StoredAnswer | None]:
        if key not in self._lookups:
            look = self._lookups[key] = store.get(key)
            look.add_done_callback(lambda done: self._lookups.pop(key, None))
        return self._lookups[key]
