"""One step: rows get a token, and prompts are read in what is left of its time.

Thread: inference.
"""

from collections.abc import Callable, Sequence

from batching.engine.protocol import Chunk, Engine, SampledToken
from batching.scheduler import PrefillChunk
from batching.sequence_lives import SequenceLives
from batching.step_planner import StepLimits, StepPlanner


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

    def step(self) -> None:
        """Rows get a token, and prompts are read in what is left of the step's time.

        Both at once if the engine can; what was computed ahead is taken before that.
        When nobody waits for tokens there is no budget, but the inbox is looked at after a chunk.
        Nobody does who gets the answer as a whole, or who sent it as a batch request.
        """
        started_seconds = self._clock()
        self._has_computed = False
        self._compute(started_seconds)
        if self._has_computed:
            self._lives.work.step_seconds = self._clock() - started_seconds

    def _compute(self, started_seconds: float) -> None:
        self._lives.match_again()
        decoding = self._table.decoding()
        is_paced = any(sequence.awaits_tokens for sequence in decoding)
        can_mix = self._engine.spec.can_mix
        if decoding and (self._is_ahead or not (can_mix and self._table.may_mix())):
            self._decode()
        if can_mix and self._table.may_mix():
            seconds = self._planner.times.decode_seconds(len(self._table.decoding()))
            self._decode_mixed(self._end(started_seconds, seconds) if is_paced else None)
        else:
            self._read(self._end(started_seconds, 0.0) if is_paced else None)

    def _end(self, started_seconds: float, decode_seconds: float) -> float:
        """Until when prompts are read; decode_seconds: what the rows still take."""
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
        started_seconds = self._clock()
        self._is_ahead = False
        self._has_computed = True
        try:
            sampled = self._engine.decode(ahead=not is_reading)
        except Exception as fault:
            self._lives.recover(rows, fault)
            return
        self._lives.faults.clear()
        self._planner.times.note_decode(len(rows), seconds=self._clock() - started_seconds)
        self._deliver(sampled)
        self._is_ahead = not is_reading and bool(self._table.decoding())
        if is_reading:
            self._post()  # the tokens need not wait for the prompts

    def _decode_mixed(self, ends_seconds: float | None) -> None:
        rows = self._table.decoding()
        started_seconds = self._clock()
        chunks = self._planner.chunks_beside(
            self._table, len(rows), now_seconds=started_seconds, ends_seconds=ends_seconds
        )
        asked = [Chunk(chunk.sequence.sequence_id, chunk.num_tokens) for chunk in chunks]
        self._has_computed = True
        try:
            sampled = self._engine.decode(ahead=False, chunks=asked)
        except Exception as fault:
            self._lives.recover(rows, fault, beside=[chunk.sequence for chunk in chunks])
            return
        self._lives.faults.clear()
        seconds = self._clock() - started_seconds
        if chunks:
            rows_seconds = self._planner.times.decode_seconds(len(rows))
            self._lives.work.read_seconds += max(0.0, seconds - rows_seconds)
        self._planner.times.note_mixed(len(rows), chunks, seconds=seconds)
        for chunk in chunks:
            self._lives.note_read(chunk.sequence, chunk.num_tokens)
        self._deliver(sampled)

    def _deliver(self, sampled: Sequence[SampledToken]) -> None:
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
