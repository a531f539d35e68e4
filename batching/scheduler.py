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
ENDING_SHARE = 1.25
"""So much more than the time allows is read beside rows if that ends a prompt: its first token
would otherwise wait for a whole step more."""
WORTHWHILE_TOKENS = 64
"""A chunk costs nearly as much with fewer: a step's rest is left for tokens, not for a crumb."""

FAIR_SECONDS = 1.0
"""What each other sequence of the same client adds to a prompt's cost."""
BATCH_SECONDS = 30.0
"""What the batch class adds to a prompt's cost."""
AGING = 0.2
"""Seconds of cost that a second of waiting takes away: whoever waits long enough comes first."""

RESUME_TOKENS = 256
"""Room to grow that a paused sequence needs to go on, or it would soon pause again."""

TURN_SECONDS = 20.0
"""How long a sequence runs, or is paused, before its turn is over, when not all fit."""

LEAST_PREFILL_SHARE = 0.5
"""Of the budget or of the decode, if that is longer: with many rows, or a slow sampler, it may take
all of the budget, and whoever waits for a first token waits for many steps. One decode that hung
is no reason for a long prefill: never more than the budget."""


def step_end(started_seconds: float, *, decoded_seconds: float, budget_seconds: float) -> float:
    """Until when prompts are read in a step that began at one time and had decoded at another."""
    decode_seconds = decoded_seconds - started_seconds
    least_seconds = max(budget_seconds, decode_seconds) * LEAST_PREFILL_SHARE
    least_seconds = min(least_seconds, budget_seconds)
    return max(started_seconds + budget_seconds, decoded_seconds + least_seconds)


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
    readable = [sequence for sequence in held if sequence.is_readable]
    if not readable:
        return None
    costs = _prefill_costs(held, speed, now_seconds=now_seconds)
    chosen = min(readable, key=lambda sequence: costs[sequence.sequence_id])
    num_left = chosen.num_left_to_prefill
    allowed = max_tokens
    if seconds_left is not None:
        allowed = min(allowed, speed.tokens_in(seconds_left, at=chosen.num_prefilled))
        if allowed < min(num_left, WORTHWHILE_TOKENS) and not is_first:
            return None
        allowed = max(allowed, MIN_CHUNK_TOKENS)
    # Whole inputs are computed together; one that is cut takes a forward of its own.
    whole = chosen.whole_inputs(allowed)
    return PrefillChunk(chosen, whole or _even_chunk(chosen.num_left_of_input, allowed))


def plan_beside_rows(
    sequences: Iterable[Sequence],
    speed: PrefillSpeed,
    *,
    now_seconds: float,
    seconds_left: float | None,
    max_tokens: int,
) -> list[PrefillChunk]:
    """The chunks to read in the forward of the rows; at least one if there is anything to read.

    `seconds_left` is what is left of the step's budget beside the rows, None without a budget.
    `max_tokens` bounds the chunks together. A crumb costs little here, so no time is left over.
    """
    held = list(sequences)
    costs = _prefill_costs(held, speed, now_seconds=now_seconds)
    readable = [sequence for sequence in held if sequence.is_readable]
    chunks: list[PrefillChunk] = []
    for sequence in sorted(readable, key=lambda each: costs[each.sequence_id]):
        allowed, num_left = max_tokens, sequence.num_left_to_prefill
        if seconds_left is not None:
            allowed = min(allowed, speed.tokens_in(seconds_left, at=sequence.num_prefilled))
        if not chunks:
            allowed = max(allowed, MIN_CHUNK_TOKENS)
        if allowed < min(num_left, MIN_CHUNK_TOKENS):
            break
        if num_left <= min(max_tokens, int(ENDING_SHARE * allowed)):
            allowed = num_left
        chunk = PrefillChunk(sequence, min(num_left, allowed))
        chunks.append(chunk)
        max_tokens -= chunk.num_tokens
        if seconds_left is not None:
            seconds_left -= speed.seconds_for(chunk.num_tokens, at=sequence.num_prefilled)
    return chunks


def _even_chunk(num_left: int, allowed: int) -> int:
    """The size with which the rest of a prompt takes the fewest chunks, none much smaller than
    others: a crumb left over would cost a call of its own."""
    num_chunks = -(-num_left // allowed)
    return -(-num_left // num_chunks)


def _prefill_costs(
    held: list[Sequence], speed: PrefillSpeed, *, now_seconds: float
) -> dict[str, float]:
    """By sequence id; who computes what others wait for is as urgent as the most urgent of them."""
    num_of_client = Counter(sequence.submit.client for sequence in held)
    costs = {}
    for sequence in held:
        num_others = num_of_client[sequence.submit.client] - 1
        costs[sequence.sequence_id] = prefill_cost(
            sequence, speed, num_others=num_others, now_seconds=now_seconds
        )
    for sequence in held:
        if (owner := sequence.waits_for) in costs:
            costs[owner] = min(costs[owner], costs[sequence.sequence_id])
    return costs


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


def plan_room(sequences: Iterable[Sequence], kv_tokens: int, *, now_seconds: float) -> RoomPlan:
    """Who has memory now, when not all fit: they take turns, so nobody stands still for ever.

    Whoever has been paused for a turn comes first, then whoever runs and has not had its turn,
    then whoever has. A long sequence that leaves no room beside it and many short ones so take
    turns too. Of two alike the batch class pauses, then whoever came later.
    """
    held = list(sequences)
    kept: list[Sequence] = []
    for sequence in sorted(held, key=lambda each: _turn(each, now_seconds)):
        lengths = [each.num_tokens + 1 for each in (*kept, sequence)]
        if sequence.is_paused:
            lengths = [length + RESUME_TOKENS for length in lengths]
        if not kept or cells(lengths) <= kv_tokens:
            kept.append(sequence)
    return RoomPlan(
        pause=[each for each in held if not each.is_paused and each not in kept],
        resume=[each for each in kept if each.is_paused],
    )


def _turn(sequence: Sequence, now_seconds: float) -> tuple[int, bool, float]:
    """The lowest has memory first."""
    is_over = now_seconds - sequence.since_seconds >= TURN_SECONDS
    rank = {(True, True): 0, (False, False): 1, (False, True): 2, (True, False): 3}
    return (rank[sequence.is_paused, is_over], _is_batch(sequence), sequence.since_seconds)


def _is_batch(sequence: Sequence) -> bool:
    return sequence.submit.priority == "batch"
