"""Failed engine calls: how many there were, who is at fault, and when it is the engine itself.

Thread: inference.
"""

from collections.abc import Collection

from loguru import logger

from batching.engine.errors import BadLogits, EngineError, FatalEngineError
from batching.sequence import Sequence

MAX_FAULTS_PER_SEQUENCE = 4
"""A sequence that was in more failed decodes than this fails, whoever was at fault."""
MAX_FAULTS_IN_A_ROW = 32
"""So many failed engine calls without one that works between them: the engine is broken."""


class FaultCount:
    """Failed engine calls since the last one that worked."""

    def __init__(self) -> None:
        self._num_in_a_row = 0

    def clear(self) -> None:
        """Take in that a call has worked."""
        self._num_in_a_row = 0

    def note(self, fault: Exception, rows: Collection[Sequence]) -> None:
        """Log a failed engine call with the sequences that were in it; raise it when the engine
        cannot be expected to recover."""
        bound = logger.bind(sequences=" ".join(row.sequence_id for row in rows))
        if isinstance(fault, BadLogits):
            # The model did compute; what made its logits unusable is the request's settings.
            bound.warning("sequences failed: {}", describe(fault))
            return
        self._num_in_a_row += 1
        bound.opt(exception=fault).error(
            "engine call failed with {} rows in it: {}", len(rows), describe(fault)
        )
        if isinstance(fault, FatalEngineError) or self._num_in_a_row > MAX_FAULTS_IN_A_ROW:
            raise fault


def find_culprits(
    fault: Exception, rows: list[Sequence], *, beside: Collection[Sequence]
) -> list[Sequence]:
    """Who is at fault for a failed decode, as far as it is known by now.

    Unless the fault names its rows, all are computed again and join one by one, each after the
    one before has its next token. So when the batch breaks again, the row that has not decoded
    since it joined is the one at fault.

    beside: those whose prompts were read with the rows. They are read alone from now on, and so
    show whether they are at fault; the fault does not count against the rows.
    """
    if isinstance(fault, BadLogits) and fault.sequence_ids:
        return [each for each in (*rows, *beside) if each.sequence_id in fault.sequence_ids]
    if beside:
        for sequence in beside:
            sequence.is_read_alone = True
        return []
    for row in rows:
        row.num_faults += 1
    return [row for row in rows if _is_at_fault(row)]


def _is_at_fault(row: Sequence) -> bool:
    if row.num_faults > MAX_FAULTS_PER_SEQUENCE:
        return True
    return row.num_faults > 1 and not row.has_decoded_since_join


def describe(fault: BaseException) -> str:
    """One line for the log and the terminal."""
    text = " ".join(str(fault).split())
    if isinstance(fault, EngineError):
        return text
    return f"{type(fault).__name__}: {text}" if text else type(fault).__name__
