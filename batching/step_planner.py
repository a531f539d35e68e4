"""How much of the waiting prompts a step reads, by what its parts have taken so far.

Thread: inference.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from batching.scheduler import PrefillChunk, plan_beside_rows, plan_prefill, step_end
from batching.sequence import Sequence, SequenceTable
from batching.step_times import StepTimes


@dataclass(frozen=True, slots=True)
class StepLimits:
    """How long a step may take while somebody waits for tokens, and the largest prefill chunk."""

    budget_seconds: float
    prefill_chunk_tokens: int


class StepPlanner:
    """Asks the scheduler with the limits, and the times that the worker notes in `times`."""

    def __init__(self, limits: StepLimits) -> None:
        self._limits = limits
        self.times = StepTimes()

    def end(self, started_seconds: float, *, decoded_seconds: float) -> float:
        """Until when a step reads prompts that began at one time and has decoded at another."""
        return step_end(
            started_seconds,
            decoded_seconds=decoded_seconds,
            budget_seconds=self._limits.budget_seconds,
        )

    def next_chunk(
        self,
        table: SequenceTable,
        *,
        now_seconds: float,
        ends_seconds: float | None,
        is_first: bool,
    ) -> PrefillChunk | None:
        """What is read apart from the rows; without an end there is no budget."""
        if table.has_suspect():
            return None  # rows join one by one until the one at fault is known
        return plan_prefill(
            table,
            self.times.speed,
            now_seconds=now_seconds,
            seconds_left=None if ends_seconds is None else ends_seconds - now_seconds,
            max_tokens=self._limits.prefill_chunk_tokens,
            is_first=is_first,
        )

    def chunks_beside(
        self,
        prompts: Iterable[Sequence],
        num_rows: int,
        *,
        now_seconds: float,
        ends_seconds: float | None,
    ) -> list[PrefillChunk]:
        """What is read in the same forward as so many rows; without an end there is no budget."""
        seconds_left = None
        if ends_seconds is not None:
            seconds_left = ends_seconds - now_seconds - self.times.decode_seconds(num_rows)
        return plan_beside_rows(
            prompts,
            self.times.speed,
            now_seconds=now_seconds,
            seconds_left=seconds_left,
            max_tokens=self._limits.prefill_chunk_tokens,
        )
