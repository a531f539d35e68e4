"""The event loop's face of batching: takes requests, feeds free slots, routes tokens back.

Thread: event loop.
"""

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from loguru import logger

from batching.counts import Counts
from batching.delivery import pass_on
from batching.engine.protocol import (
    EngineFactory,
    EngineSpec,
    PrefixCacheStats,
)
from batching.engine.sampling_params import SamplingParams
from batching.errors import (
    RESTART_SECONDS,
    ModelKind,
    NotServing,
    QueueFull,
    WrongModelKind,
)
from batching.inference_thread import InferenceThread
from batching.messages import (
    Cancel,
    Cancelled,
    Ending,
    EngineState,
    Failed,
    Loaded,
    LoadProgress,
    Priority,
    StepReport,
    StopRules,
    Submit,
    ToLoop,
)
from batching.pace import Pace
from batching.queue import RequestQueue
from batching.slots import Slots
from batching.step_planner import StepLimits
from batching.stream import MakeStream, QueuePlace, TokenStream

State = Literal["loading", "serving", "draining", "stopped", "failed"]

SHUTTING_DOWN = "The server is shutting down."

NO_ANSWER = StopRules(max_tokens=1)
"""Of inputs to embed. The thread keeps room for a token behind whatever it reads."""

MAX_RETRY_AFTER_SECONDS = 60
"""Above 120 s the official Python client does not retry at all."""


@dataclass(frozen=True, slots=True)
class BatchingLimits:
    """Bounds of the waiting queue and of a step.

    `num_reserved_slots` are for interactive requests of clients that have nothing running; of the
    engine's slots one at least is for everybody. A thread that has work and makes no step for
    `stall_seconds` is given up.
    """

    max_waiting_requests: int
    max_waiting_tokens: int
    step: StepLimits
    num_reserved_slots: int = 0
    stall_seconds: float = 300.0


class Batcher:
    """One model's queue, slots and inference thread.

    A request waits in the queue (the loop owns it), then holds one of the engine's slots (the
    thread owns it) until the thread reports its ending; every stream ends exactly once. Slots are
    filled when a request comes and when one ends: nothing else makes a slot or a taker.
    """

    def __init__(
        self,
        make_engine: EngineFactory,
        *,
        limits: BatchingLimits,
        on_progress: Callable[[LoadProgress], None] = lambda progress: None,
    ) -> None:
        self._limits = limits
        self._on_progress = on_progress
        self._thread = InferenceThread(
            make_engine,
            limits=limits.step,
            on_message=self._on_message,
            on_end=self._thread_has_ended,
        )
        self._queue = RequestQueue(
            max_requests=limits.max_waiting_requests,
            max_tokens=limits.max_waiting_tokens,
            clock=asyncio.get_running_loop().time,
        )
        self._pace = Pace(clock=asyncio.get_running_loop().time)
        self._slots = Slots(self._queue, num_reserved=limits.num_reserved_slots, pace=self._pace)
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self.counts = Counts()
        self.state: State = "loading"
        self.spec: EngineSpec | None = None
        self.error: str | None = None
        self.engine_state: EngineState | None = None
        """As of a second ago, or of the last sequence that ended; None until it is loaded."""
        self.settled = asyncio.Event()
        """Set once the engine is loaded or the thread has ended."""
        self.thread_ended = self._thread.has_ended

    @property
    def num_waiting(self) -> int:
        return len(self._queue)

    @property
    def num_running(self) -> int:
        return len(self._slots.running)

    @property
    def num_waiting_tokens(self) -> int:
        """Prompt tokens of the requests that wait."""
        return self._queue.num_tokens

    @property
    def limits(self) -> BatchingLimits:
        return self._limits

    @property
    def prefix_stats(self) -> PrefixCacheStats | None:
        """Of the prefix cache; None if there is none, or nothing is loaded."""
        return self.engine_state.prefix_stats if self.engine_state else None

    def start(self) -> None:
        """Start the inference thread; it loads the engine and then takes sequences."""
        self._thread.start()

    def submit(self, submit: Submit, make_stream: MakeStream = TokenStream) -> TokenStream:
        """Queue a request and return the stream of its tokens, of the kind that is made.

        Raises:
            NotServing: the model is loading, shutting down or gone.
            QueueFull: too much is waiting already.
            WrongModelKind: the model makes embeddings.
        """
        self._require_kind("text")
        return self._queue_up(submit, make_stream)

    def embed(
        self,
        sequence_id: str,
        inputs: Sequence[Sequence[int]],
        *,
        client: str = "",
        priority: Priority = "interactive",
    ) -> TokenStream:
        """Queue the inputs of a client's request; at its end the stream has their vectors.

        inputs: token ids, at least one each. Those of like length should be neighbours.

        Raises:
            NotServing, QueueFull: as `submit` does.
            WrongModelKind: the model makes text.
        """
        self._require_kind("embeddings")
        return self._queue_up(
            Submit(
                sequence_id,
                tuple(chain.from_iterable(inputs)),
                SamplingParams(),
                NO_ANSWER,
                client,
                priority,
                is_streamed=False,
                input_lengths=tuple(map(len, inputs)),
            )
        )

    def _require_kind(self, kind: ModelKind) -> None:
        """Refuse what this model does not make, and everything while it makes nothing."""
        self._require_serving()
        assert self.spec is not None
        if kind != ("text" if self.spec.embedding_size is None else "embeddings"):
            raise WrongModelKind(kind)

    def _queue_up(self, submit: Submit, make_stream: MakeStream = TokenStream) -> TokenStream:
        stream = make_stream(submit, cancel=self._cancel)
        with self._noting_refusals():
            self._queue.put(stream)
        self._is_idle.clear()
        self._fill_slots()
        if stream.times.admitted_seconds is None:
            num_waiting, num_tokens = len(self._queue), self._queue.num_tokens
            expected_seconds = self._pace.expected_seconds(num_waiting, num_tokens)
            stream.queue_place = QueuePlace(num_waiting, expected_seconds)
        return stream

    @contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        try:
            yield
        except QueueFull as refusal:
            self.counts.num_refused += 1
            refusal.retry_after_seconds = self._retry_after_seconds()
            raise

    def require_room(
        self, client: str = "", *, num_coming: int = 0, num_own_coming: int = 0
    ) -> None:
        """Refuse a client's request early that `submit` would refuse.

        `num_coming` are on their way to the queue, `num_own_coming` of them from this client.

        Raises:
            NotServing: the model is loading, shutting down or gone.
            QueueFull: too many requests are waiting already.
        """
        self._require_serving()
        with self._noting_refusals():
            self._queue.require_place(
                client,
                num_coming=num_coming,
                num_own_coming=num_own_coming,
            )

    def _require_serving(self) -> None:
        if self.state == "loading":
            raise NotServing("The model is still loading.", retry_after_seconds=5)
        if self.state == "draining":
            raise NotServing(SHUTTING_DOWN, retry_after_seconds=RESTART_SECONDS)
        if self.state != "serving":
            raise NotServing("The model is not running.", retry_after_seconds=RESTART_SECONDS)

    async def drain(self, grace_seconds: float) -> bool:
        """Take no new work and wait for the accepted work; False when the time was not enough."""
        if self.state == "serving":
            self.state = "draining"
            self._slots.stop_reserving()
            self._fill_slots()
        try:
            async with asyncio.timeout(grace_seconds):
                await self._is_idle.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> bool:
        """End the thread; what still waits or runs fails with an error.

        False when the thread is too deep in a step or a download to answer in time.
        """
        return await self._thread.stop()

    def step_age_seconds(self) -> float | None:
        """How long ago the thread began its last step; None while nothing runs."""
        running = self._slots.running.values()
        if not running:
            return None
        # A sequence that came after an idle time is younger than the step before it.
        newest_seconds = max(stream.times.admitted_seconds or 0.0 for stream in running)
        since_seconds = max(self._thread.last_step_seconds, newest_seconds)
        return asyncio.get_running_loop().time() - since_seconds

    def _cancel(self, stream: TokenStream) -> None:
        if self._queue.discard(stream):
            self._end(stream, Cancelled())
            self._fill_slots()  # it may have been at the head and too large
        elif stream.sequence_id in self._slots.running:
            self._thread.send(Cancel(stream.sequence_id))

    def _fill_slots(self) -> None:
        """Hand requests to the thread, as long as one may have a slot that is free."""
        while stream := self._slots.give_next():
            self.counts.note_admitted(stream)
            self._thread.send(stream.submit)

    def _on_message(self, message: ToLoop) -> None:
        match message:
            case StepReport():
                self._route(message)
            case LoadProgress():
                self._on_progress(message)
            case Loaded(spec, engine_state):
                self.engine_state = engine_state
                self._serve(spec)

    def _serve(self, spec: EngineSpec) -> None:
        self.spec = spec
        for note in spec.notes:
            logger.warning(note)
        self._slots.open(spec)
        self._thread.watch(self.step_age_seconds, limit_seconds=self._limits.stall_seconds)
        if self.state == "loading":
            self.state = "serving"
        self.settled.set()

    def _route(self, report: StepReport) -> None:
        self.counts.note_report(report)
        if report.engine_state:
            self.engine_state = report.engine_state
        pass_on(report, self._slots.running, self.counts)
        num_rows = self.num_running
        for sequence_id, ending in report.endings.items():
            stream = self._slots.take_back(sequence_id)
            stream.num_rows = num_rows
            self._end(stream, ending)
        if report.endings:
            self._fill_slots()

    def _end(self, stream: TokenStream, ending: Ending) -> None:
        stream.end(ending)
        self.counts.note_end(stream)
        if self._slots.are_idle:
            self._is_idle.set()

    def _thread_has_ended(self, error: str | None) -> None:
        """Nothing is computed any more: every stream that is left fails now."""
        if error and self.state != "loading":  # a failed load is its caller's to tell
            logger.error("inference thread ended: {}", error)
        self.error = error
        self.state = "failed" if error else "stopped"
        reason = "The inference thread ended." if error else SHUTTING_DOWN
        for stream in self._slots.clear():
            self._end(stream, Failed(reason, may_retry=True))
        self.settled.set()

    def _retry_after_seconds(self) -> int:
        """When those that wait now will have had their turn, by the pace that was measured.

        A place is free earlier, but not for everybody who was refused; clients try twice again.
        """
        seconds = self._pace.expected_seconds(len(self._queue) + 1, self._queue.num_tokens)
        return max(1, min(MAX_RETRY_AFTER_SECONDS, math.ceil(seconds)))
