"""Which prompt is read next, how much of it, and who pauses: values in, values out.

Thread: inference (pure; it holds no state).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from batching.prefill_speed import PrefillSpeed
from batching.sequence import Sequence
from batching.token_room import cells

MIN_CHUNK_TOKENS = 16
"""Read in every step, even when the decode alone has used up the budget: no prompt stands still."""

FAIR_SECONDS = 1.0
"""What each other sequence of the same client adds to a prompt's cost."""
BATCH_SECONDS = 30.0
"""What the batch class adds to a prompt's cost."""
AGING = 0.2
"""Seconds of cost that a second of waiting takes away: whoever waits long enough comes first."""


RESUME_TOKENS = 256
"""Room to grow that a paused sequence needs to go on, or it would soon pause again."""


@dataclass(frozen=True, slots=True)
class PrefillChunk:
    """The next `num_tokens` prompt tokens of one sequence."""

    sequence: Sequence
    num_tokens: int


def plan_prefill(
    sequences: Iterable[Sequence],
    speed: PrefillSpeed,
    *,
    now_seconds: float,
    seconds_left: float | None,
    max_tokens: int,
    is_first: bool = True,
) -> PrefillChunk | None:
    """The next chunk to read; None when there is nothing to read, or no time for it.

    `seconds_left` is what the step's budget still allows, None without a budget; the first chunk
    of a step is read even when that is too little. `max_tokens` bounds a chunk in any case, so
    that news from the event loop is never far away.
    """
    held = list(sequences)
    num_of_client = Counter(sequence.submit.client for sequence in held)
    readable = [sequence for sequence in held if sequence.is_readable]
    if not readable:
        return None
    chosen = min(
        readable,
        key=lambda sequence: prefill_cost(
            sequence,
            speed,
            num_others=num_of_client[sequence.submit.client] - 1,
            now_seconds=now_seconds,
        ),
    )
    num_tokens = max_tokens
    if seconds_left is not None:
        allowed = speed.tokens_in(seconds_left, at=chosen.num_prefilled)
        if allowed < MIN_CHUNK_TOKENS and not is_first:
            return None
        num_tokens = min(num_tokens, max(allowed, MIN_CHUNK_TOKENS))
    num_left = chosen.num_left_to_prefill
    # A crumb left over would cost a call of its own.
    if num_left - num_tokens < MIN_CHUNK_TOKENS:
        num_tokens = min(num_left, max_tokens)
    return PrefillChunk(chosen, num_tokens)


def prefill_cost(
    sequence: Sequence, speed: PrefillSpeed, *, num_others: int, now_seconds: float
) -> float:
    """The lowest is read first, in seconds: shortest remaining time, made fair and aged.

    Short prompts do not wait for long ones, a client with many sequences waits for one with few,
    and nothing waits for ever.
    """
    seconds = speed.seconds_for(sequence.num_left_to_prefill, at=sequence.num_prefilled)
    seconds += FAIR_SECONDS * num_others
    if _is_batch(sequence):
        seconds += BATCH_SECONDS
    return seconds - AGING * (now_seconds - sequence.admitted_seconds)


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Sequences that give up their KV cache now, and paused ones that get it back."""

    pause: list[Sequence]
    resume: list[Sequence]


def plan_room(sequences: Iterable[Sequence], kv_tokens: int) -> RoomPlan:
    """Keep what runs within the KV cache's room; one sequence at least always runs.

    The batch class pauses first, then whoever was admitted last. Whoever was admitted first goes
    on first, when there is room for it to grow.
    """
    held = list(sequences)
    running = [sequence for sequence in held if not sequence.is_paused]
    pause: list[Sequence] = []
    while len(running) > 1 and cells(each.num_tokens + 1 for each in running) > kv_tokens:
        last = max(running, key=lambda each: (_is_batch(each), each.admitted_seconds))
        running.remove(last)
        pause.append(last)
    resume: list[Sequence] = []
    paused = [sequence for sequence in held if sequence.is_paused]
    for sequence in sorted(paused, key=lambda each: (_is_batch(each), each.admitted_seconds)):
        lengths = [each.num_tokens for each in (*running, sequence)]
        is_room = cells(length + RESUME_TOKENS for length in lengths) <= kv_tokens
        if running and (pause or not is_room):
            break
        running.append(sequence)
        resume.append(sequence)
    return RoomPlan(pause, resume)


def _is_batch(sequence: Sequence) -> bool:
    return sequence.submit.priority == "batch"
