"""The inference thread: takes sequences in, runs the engine step by step, reports each step.

Thread: inference.
"""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from loguru import logger

from batching.bridge import Bridge
from batching.engine.errors import EngineError, InvalidSequence
from batching.engine.protocol import Chunk, Engine, EngineFactory, SampledToken, Vector
from batching.faults import FaultCount, describe, find_culprits
from batching.messages import (
    Cancel,
    Cancelled,
    Ending,
    Failed,
    Finished,
    Loaded,
    LoadProgress,
    StepReport,
    Stop,
    Submit,
    ThreadEnded,
    ToThread,
)
from batching.scheduler import PrefillChunk, plan_room
from batching.sequence import Sequence, SequenceTable
from batching.step_planner import StepLimits, StepPlanner

CHECK_SECONDS = 60.0
"""Between two counts of what an idle engine holds."""

FAULT_MESSAGE = "The model failed while it computed this request; the server's log says why."


class Worker:
    """Owns the engine and the sequence table. `run` is the thread's target and never raises."""

    def __init__(
        self,
        bridge: Bridge,
        make_engine: EngineFactory,
        *,
        limits: StepLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bridge = bridge
        self._make_engine = make_engine
        self._planner = StepPlanner(limits)
        self._clock = clock
        self._table = SequenceTable()
        self._report = StepReport()
        self._is_ahead = False
        self._faults = FaultCount()
        self._is_stopping = False
        self._next_check_seconds = 0.0

    def run(self) -> None:
        """Load, serve until `Stop`, free. The last message of the thread is `ThreadEnded`."""
        error: str | None = None
        try:
            self._load_and_serve()
        except BaseException as fault:
            error = describe(fault)
            if not isinstance(fault, EngineError):
                logger.opt(exception=fault).error("inference thread ended by a fault")
        self._bridge.post(ThreadEnded(error))

    def _load_and_serve(self) -> None:
        def report(stage: str, percent: int) -> None:
            self._bridge.post(LoadProgress(stage, percent))

        engine = self._make_engine(report)
        try:
            self._bridge.post(Loaded(engine.spec))
            self._serve(engine)
        finally:
            engine.close()

    def _serve(self, engine: Engine) -> None:
        while True:
            if not self._table:
                self._check_integrity(engine)
            for message in self._bridge.receive(block=not self._table):
                self._take(engine, message)
            if self._is_stopping:
                return
            self._bridge.beat()
            self._make_room(engine)
            self._step(engine)
            self._post_report(engine)

    def _check_integrity(self, engine: Engine) -> None:
        """Nothing runs: what the engine holds is counted again, now and then."""
        now_seconds = self._clock()
        if now_seconds < self._next_check_seconds:
            return
        self._next_check_seconds = now_seconds + CHECK_SECONDS
        try:
            engine.check_integrity()
        except EngineError as fault:
            logger.error("the engine's own numbers contradict each other: {}", describe(fault))

    def _post_report(self, engine: Engine) -> None:
        report, self._report = self._report, StepReport()
        if report.endings:
            report = replace(report, prefix_stats=engine.prefix_stats())
        if report:
            self._bridge.post(report)

    def _take(self, engine: Engine, message: ToThread) -> None:
        match message:
            case Submit():
                self._admit(engine, Sequence(message, self._clock()))
            case Cancel(sequence_id):
                if sequence := self._table.get(sequence_id):
                    self._end(engine, sequence, Cancelled())
            case Stop():
                self._is_stopping = True

    def _admit(self, engine: Engine, sequence: Sequence) -> None:
        """Hand a sequence to the engine, for the first time or to be computed again."""
        self._table.add(sequence)
        try:
            engine.add(sequence.for_engine())
            self._match_prefix(engine, sequence)
        except InvalidSequence as fault:
            self._end(engine, sequence, Failed(str(fault)))
        except Exception as fault:
            self._faults.note(fault, num_rows=1)
            self._fail(engine, [sequence])

    def _match_prefix(self, engine: Engine, sequence: Sequence) -> None:
        match = engine.match_prefix(sequence.sequence_id)
        sequence.num_prefilled = match.num_tokens
        sequence.waits_for = match.waits_for
        if not sequence.is_restarted:
            sequence.num_cached = match.num_tokens

    def _match_again(self, engine: Engine, sequence: Sequence) -> None:
        try:
            self._match_prefix(engine, sequence)
        except Exception as fault:
            self._faults.note(fault, num_rows=1)
            self._fail(engine, [sequence])

    def _make_room(self, engine: Engine) -> None:
        """Pause sequences that have outgrown the memory, and let paused ones go on."""
        if engine.spec.kv_tokens is None:
            return
        now_seconds = self._clock()
        plan = plan_room(self._table, engine.spec.kv_tokens, now_seconds=now_seconds)
        for sequence in plan.pause:
            self._let_go(engine, sequence)
            sequence.pause(now_seconds)
        for sequence in plan.resume:
            sequence.resume(now_seconds)
            self._admit(engine, sequence)

    def _step(self, engine: Engine) -> None:
        """Rows get a token, and prompts are read in what is left of the step's time.

        Both at once if the engine can; what was computed ahead is taken before that.
        When nobody waits for tokens there is no budget, but the inbox is looked at after a chunk.
        Nobody does who gets the answer as a whole, or who sent it as a batch request.
        """
        started_seconds = self._clock()
        for sequence in self._table.waiting():
            self._match_again(engine, sequence)
        decoding = self._table.decoding()
        is_paced = any(sequence.awaits_tokens for sequence in decoding)
        can_mix = engine.spec.can_mix
        if decoding and (self._is_ahead or not (can_mix and self._table.may_mix())):
            self._decode(engine)
        if can_mix and self._table.may_mix():
            seconds = self._planner.times.decode_seconds(len(self._table.decoding()))
            ends_seconds = self._step_end(started_seconds, seconds) if is_paced else None
            self._decode_mixed(engine, ends_seconds)
        else:
            self._read(engine, self._step_end(started_seconds, 0.0) if is_paced else None)

    def _step_end(self, started_seconds: float, decode_seconds: float) -> float:
        """Until when prompts are read; decode_seconds: what the rows still take."""
        return self._planner.end(started_seconds, decoded_seconds=self._clock() + decode_seconds)

    def _read(self, engine: Engine, ends_seconds: float | None) -> None:
        """Read prompts apart from the rows."""
        is_first = True
        while chunk := self._planner.next_chunk(
            self._table,
            now_seconds=self._clock(),
            ends_seconds=ends_seconds,
            is_first=is_first,
        ):
            self._prefill(engine, chunk)
            is_first = False
            if ends_seconds is None:
                return

    def _decode(self, engine: Engine) -> None:
        is_reading = self._table.is_reading()
        rows = self._table.decoding()
        started_seconds = self._clock()
        self._is_ahead = False
        try:
            sampled = engine.decode(ahead=not is_reading)
        except Exception as fault:
            self._decode_fault(engine, rows, fault)
            return
        self._faults.clear()
        self._planner.times.note_decode(len(rows), seconds=self._clock() - started_seconds)
        for token in sampled:
            self._deliver(engine, token)
        self._is_ahead = not is_reading and bool(self._table.decoding())
        if is_reading:
            self._post_report(engine)  # the tokens need not wait for the prompts

    def _decode_mixed(self, engine: Engine, ends_seconds: float | None) -> None:
        rows = self._table.decoding()
        started_seconds = self._clock()
        chunks = self._planner.chunks_beside(
            self._table, len(rows), now_seconds=started_seconds, ends_seconds=ends_seconds
        )
        asked = [Chunk(chunk.sequence.sequence_id, chunk.num_tokens) for chunk in chunks]
        try:
            sampled = engine.decode(ahead=False, chunks=asked)
        except Exception as fault:
            self._decode_fault(engine, rows, fault, beside=[chunk.sequence for chunk in chunks])
            return
        self._faults.clear()
        seconds = self._clock() - started_seconds
        self._planner.times.note_mixed(len(rows), chunks, seconds=seconds)
        for chunk in chunks:
            self._note_read(chunk)
        for token in sampled:
            self._deliver(engine, token)

    def _prefill(self, engine: Engine, chunk: PrefillChunk) -> None:
        sequence = chunk.sequence
        started_seconds = self._clock()
        try:
            prefilled = engine.prefill(sequence.sequence_id, chunk.num_tokens)
        except Exception as fault:
            self._faults.note(fault, num_rows=1)
            self._fail(engine, [sequence])
            return
        self._faults.clear()
        self._planner.times.note_prefill(chunk, seconds=self._clock() - started_seconds)
        self._note_read(chunk)
        sequence.prompt_logprobs += prefilled.logprobs
        if sequence.input_ends:
            self._deliver_vectors(engine, sequence, prefilled.vectors)

    def _note_read(self, chunk: PrefillChunk) -> None:
        """Count a chunk as read, and tell it to whom waits for the rest of the prompt."""
        sequence = chunk.sequence
        sequence.num_prefilled += chunk.num_tokens
        if sequence.submit.is_streamed and sequence.num_left_to_prefill:
            self._report.num_read[sequence.sequence_id] = sequence.num_prefilled

    def _deliver_vectors(
        self, engine: Engine, sequence: Sequence, vectors: Iterable[Vector]
    ) -> None:
        """Pass on embeddings; with the last one their sequence has ended."""
        self._report.vectors.setdefault(sequence.sequence_id, []).extend(vectors)
        if not sequence.num_left_to_prefill:
            self._end(engine, sequence, Finished("stop"))

    def _deliver(self, engine: Engine, token: SampledToken) -> None:
        sequence = self._table.get(token.sequence_id)
        if sequence is None:
            return
        sequence.has_decoded_since_join = True
        if not sequence.generated:
            self._report_prompt(sequence)
        reason = sequence.accept(token.token_id)
        # The stop token ends the text and is not part of it.
        if reason != "stop" and not sequence.is_prompt_only:
            self._report.token_ids.setdefault(token.sequence_id, []).append(token.token_id)
            if token.logprobs is not None:
                self._report.logprobs.setdefault(token.sequence_id, []).append(token.logprobs)
        if reason is not None:
            self._end(engine, sequence, Finished(reason))

    def _report_prompt(self, sequence: Sequence) -> None:
        """Tell with the first token what is known about the prompt."""
        if sequence.num_cached:
            self._report.num_cached[sequence.sequence_id] = sequence.num_cached
        if sequence.prompt_logprobs:
            self._report.prompt_logprobs[sequence.sequence_id] = sequence.prompt_logprobs

    def _end(self, engine: Engine, sequence: Sequence, ending: Ending) -> None:
        if isinstance(ending, Failed):
            engine.remove([sequence.sequence_id])
        else:
            self._let_go(engine, sequence)
        self._table.remove(sequence.sequence_id)
        self._report.endings[sequence.sequence_id] = ending

    def _let_go(self, engine: Engine, sequence: Sequence) -> None:
        """Free a sound sequence; a fault in keeping what it computed costs nobody anything."""
        try:
            engine.finish(sequence.sequence_id, sequence.token_ids)
        except Exception as fault:
            self._faults.note(fault, num_rows=1)
            engine.remove([sequence.sequence_id])

    def _decode_fault(
        self,
        engine: Engine,
        rows: list[Sequence],
        fault: Exception,
        *,
        beside: Collection[Sequence] = (),
    ) -> None:
        """Find the row that breaks the batch without losing the others.

        beside: those whose prompts were read with the rows.
        """
        self._faults.note(fault, num_rows=len(rows))
        culprits = find_culprits(fault, rows, beside=beside)
        self._fail(engine, culprits)
        for sequence in (*rows, *beside):
            if sequence not in culprits:
                engine.remove([sequence.sequence_id])
                sequence.start_over()
                self._admit(engine, sequence)

    def _fail(self, engine: Engine, rows: list[Sequence]) -> None:
        for row in rows:
            self._end(engine, row, Failed(FAULT_MESSAGE))
