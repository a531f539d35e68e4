"""One step: rows get a token, and prompts are read in what is left of its time.

Thread: inference.
"""

import math
from collections.abc import Callable

from batching.engine.protocol import Chunk, Engine, SampledToken
from batching.scheduler import PrefillChunk
from batching.sequence import Sequence
from batching.sequence_lives import SequenceLives
from batching.step_planner import StepLimits, StepPlanner

WATCHED_SECONDS = 30.0
"""So long after somebody has waited for tokens the next one is expected: steps stay short."""
REST_SECONDS = 1.0
"""So long rows of which nobody awaits tokens rest while a prompt is read that somebody awaits."""


class Stepper:
    """Runs the engine, one step after the other.

    `post` sends what a step has so far on its way, where that need not wait for the rest of it.
    """

    def __init__(
        self,
        engine: Engine,
        lives: SequenceLives,
        *,
        limits: StepLimits,
        clock: Callable[[], float],
        post: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._lives = lives
        self._table = lives.table
        self._planner = StepPlanner(limits)
        self._clock = clock
        self._post = post
        self._is_ahead = False
        self._has_computed = False
        self._watched_seconds = self._decoded_seconds = -math.inf

    def step(self) -> None:
        """Rows get a token, and prompts are read in what is left of the step's time.

        Both at once if the engine can; what was computed ahead is taken before that.
        When nobody waits for tokens there is no budget, but the inbox is looked at after a chunk.
        Nobody does who gets the answer as a whole, or who sent it as a batch request. Their rows
        rest while a prompt is read that somebody does wait for.
        """
        started_seconds = self._clock()
        self._has_computed = False
        self._compute(started_seconds)
        if self._has_computed:
            self._lives.work.step_seconds = self._clock() - started_seconds

    def _compute(self, started_seconds: float) -> None:
        self._lives.match_again()
        if self._table.watched():
            self._watched_seconds = started_seconds
        if self._table.decoding() and (self._is_ahead or not (self._may_mix() or self._may_rest())):
            self._decode()
        rows = [] if self._may_rest() else self._table.decoding()
        if self._may_mix():
            seconds = self._planner.times.decode_seconds(len(rows))
            self._decode_mixed(rows, self._end(rows, started_seconds, seconds))
        else:
            self._read(self._end(rows, started_seconds, 0.0))

    def _may_mix(self) -> bool:
        return self._engine.spec.can_mix and self._table.may_mix()

    def _may_rest(self) -> bool:
        """Whether the rows, if there are any, give way to a prompt."""
        return (
            self._table.is_prompt_first() and self._clock() - self._decoded_seconds < REST_SECONDS
        )

    def _is_watched(self) -> bool:
        return self._clock() - self._watched_seconds < WATCHED_SECONDS

    def _end(
        self, rows: list[Sequence], started_seconds: float, decode_seconds: float
    ) -> float | None:
        """Until when prompts are read beside rows that still take so long; None is no budget."""
        if not (rows and self._is_watched()):
            return None
        return self._planner.end(started_seconds, decoded_seconds=self._clock() + decode_seconds)

    def _read(self, ends_seconds: float | None) -> None:
        """Read prompts apart from the rows."""
        is_first = True
        while chunk := self._planner.next_chunk(
            self._table,
            now_seconds=self._clock(),
            ends_seconds=ends_seconds,
            is_first=is_first,
        ):
            self._prefill(chunk)
            is_first = False
            if ends_seconds is None:
                return

    def _decode(self) -> None:
        is_reading = self._table.is_reading()
        rows = self._table.decoding()
        # What comes next would wait for a forward ahead too.
        goes_ahead = not is_reading and (
            not self._is_watched() or any(row.awaits_tokens for row in rows)
        )
        started_seconds = self._clock()
        was_ahead, self._is_ahead = self._is_ahead, False
        self._has_computed = True
        try:
            sampled = self._engine.decode(ahead=goes_ahead)
        except Exception as fault:
            self._lives.recover(rows, fault)
            return
        self._lives.faults.clear()
        self._decoded_seconds = self._clock()
        if goes_ahead == was_ahead:  # else it took two forwards, or the rest of one
            seconds = self._decoded_seconds - started_seconds
            self._planner.times.note_decode(len(rows), seconds=seconds)
        self._deliver(sampled)
        self._is_ahead = goes_ahead and bool(self._table.decoding())
        if is_reading:
            self._post()  # the tokens need not wait for the prompts

    def _decode_mixed(self, rows: list[Sequence], ends_seconds: float | None) -> None:
        """Without rows those there are rest, and only what they rest for is read."""
        started_seconds = self._clock()
        chunks = self._planner.chunks_beside(
            self._table if rows else self._table.watched(),
            len(rows),
            now_seconds=started_seconds,
            ends_seconds=ends_seconds,
        )
        asked = [Chunk(chunk.sequence.sequence_id, chunk.num_tokens) for chunk in chunks]
        self._has_computed = True
        try:
            sampled = self._engine.decode(ahead=False, chunks=asked, rows_rest=not rows)
        except Exception as fault:
            self._lives.recover(rows, fault, beside=[chunk.sequence for chunk in chunks])
            return
        self._lives.faults.clear()
        seconds = self._clock() - started_seconds
        if rows:
            self._decoded_seconds = started_seconds + seconds
        if chunks:
            rows_seconds = self._planner.times.decode_seconds(len(rows))
            self._lives.work.read_seconds += max(0.0, seconds - rows_seconds)
        self._planner.times.note_mixed(len(rows), chunks, seconds=seconds)
        for chunk in chunks:
            self._lives.note_read(chunk.sequence, chunk.num_tokens)
        self._deliver(sampled)

    def _deliver(self, sampled: list[SampledToken]) -> None:
        self._lives.work.num_rows = len(sampled)
        self._lives.deliver(sampled)

    def _prefill(self, chunk: PrefillChunk) -> None:
        sequence = chunk.sequence
        started_seconds = self._clock()
        self._has_computed = True
        try:
            prefilled = self._engine.prefill(sequence.sequence_id, chunk.num_tokens)
        except Exception as fault:
            self._lives.fail(sequence, fault)
            return
        self._lives.faults.clear()
        seconds = self._clock() - started_seconds
        self._lives.work.read_seconds += seconds
        self._planner.times.note_prefill(chunk, seconds=seconds)
        self._lives.note_read(sequence, chunk.num_tokens)
        sequence.prompt_logprobs += prefilled.logprobs
        if sequence.input_ends:
            self._lives.deliver_vectors(sequence, prefilled.vectors)
