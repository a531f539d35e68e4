"""One request's way back: the tokens of one sequence as an async iterator.

Thread: event loop.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from batching.engine.protocol import TokenLogprobs
from batching.errors import (
    RESTART_SECONDS,
    BatchingError,
    GenerationFailed,
    NotBegun,
    NotServing,
    RequestTimeout,
)
from batching.messages import Ending, Failed, Finished, FinishReason, Submit, TimedOut

MAX_BUNCH = 64
"""Tokens that a reader is given at once."""


@dataclass(slots=True)
class StreamTimes:
    """When the sequence reached each stage, in the loop's monotonic seconds; None is not yet."""

    arrived_seconds: float
    admitted_seconds: float | None = None
    first_token_seconds: float | None = None
    last_token_seconds: float | None = None
    longest_gap_seconds: float = 0.0
    ended_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a request stood when it began to wait: so many were there, itself among them.

    Fair share may give it a better place. `expected_seconds` is by the pace that was measured.
    """

    position: int
    expected_seconds: float


class TokenStream:
    """The tokens of one sequence in the order they were sampled, in the bunches they arrive in.

    Iterating ends when the sequence is finished or cancelled and raises a BatchingError when it
    failed. Whoever holds a stream calls `cancel()` when it stops reading; after the end that does
    nothing.
    """

    def __init__(self, submit: Submit, *, cancel: Callable[["TokenStream"], None]) -> None:
        self.submit = submit
        self._cancel = cancel
        self._loop = asyncio.get_running_loop()
        self._unread: list[int] = []
        self._waiter: asyncio.Future[None] | None = None
        self._until_seconds: float | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._awaits_end = False
        self._deadlines: list[asyncio.TimerHandle] = []
        self.ending: Ending | None = None
        self.is_enough = False
        """Whether the reader left because its text is complete."""
        self.queue_place: QueuePlace | None = None
        """Where it stood when it had to wait; None if it did not."""
        self.num_cached_tokens = 0
        """Of the prompt, from the prefix cache; known with the first token."""
        self.num_read_tokens = 0
        """Of the prompt, so far; told until the first token comes."""
        self.logprobs: deque[TokenLogprobs] = deque()
        """Of a sequence that asks: the reader takes one for each token that it is given."""
        self.prompt_logprobs: list[TokenLogprobs] = []
        """Of a sequence that asks, from its prompt's second token on; known with the first one."""
        self.vectors: dict[int, bytes] = {}
        """Embeddings by the index of their input; all are there at the end. See `Vector`."""
        self.num_rows = 0
        """How many sequences ran when it ended, itself among them; 0 if it did not run."""
        self.times = StreamTimes(arrived_seconds=self._loop.time())

    @property
    def sequence_id(self) -> str:
        return self.submit.sequence_id

    @property
    def num_prompt_tokens(self) -> int:
        return len(self.submit.prompt_token_ids)

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the model stopped; None before the end and when it did not end by itself."""
        return self.ending.reason if isinstance(self.ending, Finished) else None

    @property
    def is_over(self) -> bool:
        """Whether it ended without a failure and everything was handed out."""
        return self.ending is not None and not (
            self._unread or isinstance(self.ending, Failed | TimedOut)
        )

    def cancel(self) -> None:
        """Say that nobody reads on. The slot is free at the next step."""
        if self.ending is None:
            self._cancel(self)

    def enough(self) -> None:
        """Say that nobody reads on because the text has ended, perhaps before the sequence."""
        self.is_enough = True
        self.cancel()

    def admitted(self) -> None:
        """Called by the batcher when the sequence gets its slot."""
        self.times.admitted_seconds = self._loop.time()

    def note_read(self, num_tokens: int) -> None:
        """Called by the batcher when so much of the prompt is read."""
        self.num_read_tokens = num_tokens

    def feed(self, token_ids: Sequence[int]) -> None:
        """Called by the batcher with new tokens."""
        self.note_token_time()
        self._unread.extend(token_ids)
        if not self._awaits_end:
            self._wake()

    def note_token_time(self) -> None:
        """Take down that tokens have come now."""
        times, now_seconds = self.times, self._loop.time()
        if times.last_token_seconds is None:
            times.first_token_seconds = now_seconds
        elif (gap_seconds := now_seconds - times.last_token_seconds) > times.longest_gap_seconds:
            times.longest_gap_seconds = gap_seconds
        times.last_token_seconds = now_seconds

    def set_deadline(self, seconds: float, passed: Callable[[], None]) -> None:
        """Have `passed` called at a time of the loop, unless it ends before or has ended."""
        if self.ending is None:
            self._deadlines.append(self._loop.call_at(seconds, passed))

    def time_out(self, limit_seconds: float, *, is_total: bool) -> None:
        """End it because its time is over: that of the whole answer, or its client's patience.

        The slot is free at the next step.
        """
        self.end(TimedOut(limit_seconds, is_total))
        self._cancel(self)

    def end(self, ending: Ending) -> None:
        """Called by the batcher. The first ending counts: one that had no time left is cancelled
        too."""
        if self.ending is None:
            self.ending = ending
            self.times.ended_seconds = self._loop.time()
            for timer in (self._alarm, *self._deadlines):
                if timer:
                    timer.cancel()
            self._wake()

    async def __aiter__(self) -> AsyncIterator[list[int]]:
        while bunch := await self.next_bunch():
            yield bunch

    async def wait_for_end(self) -> None:
        """For a reader that has no use for the first tokens before the last."""
        self._awaits_end = True
        while self.ending is None:
            await self._wait(None)

    async def next_bunch(self, *, until_seconds: float | None = None) -> list[int]:
        """Wait for new tokens; an empty list is the end.

        It waits until that time of the loop at most, which must not be earlier than in the calls
        before.

        Raises:
            TimeoutError: nothing came; nothing is lost.
            GenerationFailed: the sequence failed; tokens that came before are handed out first.
            NotServing: the same, because the engine or the server is going away.
            NotBegun, RequestTimeout: it had no time left.
        """
        if self._unread or self.ending:
            await asyncio.sleep(0)  # a reader that lags behind must not hold up the loop
        else:
            await self._wait(until_seconds)
        bunch, self._unread = self._unread[:MAX_BUNCH], self._unread[MAX_BUNCH:]
        if not bunch and isinstance(self.ending, Failed | TimedOut):
            raise _as_error(self.ending)
        return bunch

    async def _wait(self, until_seconds: float | None) -> None:
        """Until `_wake`, or the time.

        This is done for every token: asyncio's Event and timeout would take several times as long.
        """
        self._waiter = self._loop.create_future()
        self._until_seconds = until_seconds
        if self._alarm is None:
            self._set_alarm()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _set_alarm(self) -> None:
        if self._until_seconds is not None:
            self._alarm = self._loop.call_at(self._until_seconds, self._ring)

    def _ring(self) -> None:
        """The time of a wait has come, perhaps of one that is long over: alarms are not reset."""
        self._alarm = None
        if self._waiter is None or self._waiter.done() or self._until_seconds is None:
            return
        if self._until_seconds > self._loop.time():
            self._set_alarm()
        else:
            self._waiter.set_exception(TimeoutError())

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class MakeStream(Protocol):
    """A kind of TokenStream, as the batcher makes it."""

    def __call__(self, submit: Submit, *, cancel: Callable[[TokenStream], None]) -> TokenStream: ...


def _as_error(failed: Failed | TimedOut) -> BatchingError:
    if isinstance(failed, TimedOut):
        return (RequestTimeout if failed.is_total else NotBegun)(failed.limit_seconds)
    if failed.may_retry:
        return NotServing(failed.message, retry_after_seconds=RESTART_SECONDS)
    return GenerationFailed(failed.message)
