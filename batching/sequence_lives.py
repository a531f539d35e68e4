"""The life of each sequence on the inference thread: how it comes to the engine, and how it ends.

Thread: inference.
"""

from collections.abc import Callable, Collection, Iterable

from batching.engine.errors import InvalidSequence
from batching.engine.protocol import Engine, SampledToken, Vector
from batching.faults import FaultCount, find_culprits
from batching.messages import Cancelled, Ending, Failed, Finished, StepReport, StepWork, Submit
from batching.scheduler import plan_room
from batching.sequence import Sequence, SequenceTable

FAULT_MESSAGE = "The model failed while it computed this request; the server's log says why."


class SequenceLives:
    """Keeps the table and the engine in step, and notes for the loop what becomes of each."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._report = StepReport()
        self.table = SequenceTable()
        self.faults = FaultCount()

    @property
    def work(self) -> StepWork:
        """What was done since the last report."""
        return self._report.work

    def take_report(self) -> StepReport:
        """What has become of them since the last call."""
        report, self._report = self._report, StepReport()
        return report

    def start(self, submit: Submit) -> None:
        """Take a request in."""
        self._admit(Sequence(submit, self._clock()))

    def cancel(self, sequence_id: str) -> None:
        """End a sequence that nobody waits for; unknown ids are ignored."""
        if sequence := self.table.get(sequence_id):
            self.end(sequence, Cancelled())

    def match_again(self) -> None:
        """Look whether there is more now for those that wait for what another one computes."""
        for sequence in self.table.waiting():
            try:
                self._match_prefix(sequence)
            except Exception as fault:
                self.fail(sequence, fault)

    def make_room(self) -> None:
        """Pause sequences that have outgrown the memory, and let paused ones go on."""
        kv_tokens = self._engine.spec.kv_tokens
        if kv_tokens is None:
            return
        now_seconds = self._clock()
        plan = plan_room(self.table, kv_tokens, now_seconds=now_seconds)
        for sequence in plan.pause:
            self._let_go(sequence)
            sequence.pause(now_seconds)
            self.work.num_paused += 1
        for sequence in plan.resume:
            sequence.resume(now_seconds)
            self._admit(sequence)

    def note_read(self, sequence: Sequence, num_tokens: int) -> None:
        """Count tokens as read, and tell it to whom waits for the rest of the prompt."""
        sequence.num_prefilled += num_tokens
        self.work.num_read += num_tokens
        if sequence.submit.is_streamed and sequence.num_left_to_prefill:
            self._report.num_read[sequence.sequence_id] = sequence.num_prefilled

    def deliver(self, tokens: Iterable[SampledToken]) -> None:
        """Append sampled tokens, and end the sequences that are complete with them."""
        for token in tokens:
            if sequence := self.table.get(token.sequence_id):
                self._deliver(sequence, token)

    def deliver_vectors(self, sequence: Sequence, vectors: Iterable[Vector]) -> None:
        """Pass on embeddings; with the last one their sequence has ended."""
        self._report.vectors.setdefault(sequence.sequence_id, []).extend(vectors)
        if not sequence.num_left_to_prefill:
            self.end(sequence, Finished("stop"))

    def fail(self, sequence: Sequence, fault: Exception) -> None:
        """End a sequence with which an engine call has failed."""
        self._note_fault(fault, [sequence])
        self.end(sequence, Failed(FAULT_MESSAGE))

    def recover(
        self, rows: list[Sequence], fault: Exception, *, beside: Collection[Sequence] = ()
    ) -> None:
        """Find the row that breaks the batch without losing the others.

        beside: those whose prompts were read with the rows.
        """
        self._note_fault(fault, [*rows, *beside])
        culprits = find_culprits(fault, rows, beside=beside)
        for sequence in culprits:
            self.end(sequence, Failed(FAULT_MESSAGE))
        for sequence in (*rows, *beside):
            if sequence not in culprits:
                self._engine.remove([sequence.sequence_id])
                sequence.start_over()
                self.work.num_restarted += 1
                self._admit(sequence)

    def end(self, sequence: Sequence, ending: Ending) -> None:
        if isinstance(ending, Failed):
            self._engine.remove([sequence.sequence_id])
        else:
            self._let_go(sequence)
        self.table.remove(sequence.sequence_id)
        self._report.endings[sequence.sequence_id] = ending

    def _admit(self, sequence: Sequence) -> None:
        """Hand a sequence to the engine, for the first time or to be computed again."""
        self.table.add(sequence)
        try:
            self._engine.add(sequence.for_engine())
            self._match_prefix(sequence)
        except InvalidSequence as fault:
            self.end(sequence, Failed(str(fault)))
        except Exception as fault:
            self.fail(sequence, fault)

    def _match_prefix(self, sequence: Sequence) -> None:
        match = self._engine.match_prefix(sequence.sequence_id)
        sequence.num_prefilled = match.num_tokens
        sequence.waits_for = match.waits_for
        if not sequence.is_restarted:
            sequence.num_cached = match.num_tokens

    def _deliver(self, sequence: Sequence, token: SampledToken) -> None:
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
            self.end(sequence, Finished(reason))

    def _report_prompt(self, sequence: Sequence) -> None:
        """Tell with the first token what is known about the prompt."""
        if sequence.num_cached:
            self._report.num_cached[sequence.sequence_id] = sequence.num_cached
        if sequence.prompt_logprobs:
            self._report.prompt_logprobs[sequence.sequence_id] = sequence.prompt_logprobs

    def _let_go(self, sequence: Sequence) -> None:
        """Free a sound sequence; a fault in keeping what it computed costs nobody anything."""
        try:
            self._engine.finish(sequence.sequence_id, sequence.token_ids)
        except Exception as fault:
            self._note_fault(fault, [sequence])
            self._engine.remove([sequence.sequence_id])

    def _note_fault(self, fault: Exception, sequences: Collection[Sequence]) -> None:
        self.work.num_faults += 1
        self.faults.note(fault, sequences)
