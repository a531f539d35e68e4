"""What the next step computes: values in, values out.

Thread: inference (pure; it holds no state).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from batching.sequence import Sequence


@dataclass(frozen=True, slots=True)
class PrefillChunk:
    """The next `num_tokens` prompt tokens of one sequence."""

    sequence: Sequence
    num_tokens: int


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step: every decoding row gets a token, then at most one chunk of a prompt is read."""

    decodes: bool
    prefill: PrefillChunk | None


def plan_step(sequences: Iterable[Sequence], *, chunk_tokens: int) -> StepPlan:
    """Decode first, so that running streams wait for one chunk of a new prompt and never for all.

    Prompts are read first come, first served.
    """
    decodes = False
    oldest: Sequence | None = None
    for sequence in sequences:
        if sequence.is_decoding:
            decodes = True
        elif oldest is None:
            oldest = sequence
    if oldest is None:
        return StepPlan(decodes, None)
    num_tokens = min(chunk_tokens, oldest.num_left_to_prefill)
    return StepPlan(decodes, PrefillChunk(oldest, num_tokens))
