"""Penalties, bias and forbidden tokens: what changes logits before anything is drawn from them.

Thread: inference.

Each function changes all rows that need it at once, by one gather and one scatter on flat
(row, token) indices. Rows without adjustments are not looked at. The order is Hugging Face's and
vLLM's: repetition penalty, then what is added. What a grammar forbids is in `grammar_mask.py`.
"""

from collections.abc import Iterator, Sequence

import mlx.core as mx
import numpy as np

from batching.engine.bans import BANNED
from batching.engine.grammar_mask import forbid_by_grammar
from batching.engine.reasoning import FORCED
from batching.engine.row import Row


def adjust(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    """The logits that the rows' settings ask for. logits: (rows, vocab) float32."""
    penalised = _penalise_repetition(logits, rows)
    # Before the stop tokens: a mask may find that a grammar is complete.
    return _keep_to_allowed(_shift(forbid_by_grammar(penalised, rows), rows), rows)


def _penalise_repetition(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    """Source: Hugging Face's RepetitionPenaltyLogitsProcessor (CTRL, arXiv:1909.05858)."""
    vocab_size = logits.shape[-1]
    parts = [
        part + index * vocab_size
        for index, row in enumerate(rows)
        if row.seen is not None
        for part in row.seen.parts()
    ]
    if not parts:
        return logits
    at = mx.concatenate(parts)
    penalties = mx.array([row.sampling.repetition_penalty for row in rows], dtype=mx.float32)
    penalty = penalties[at // vocab_size]
    flat = logits.reshape(-1)
    values = flat[at]
    flat[at] = mx.where(values > 0, values / penalty, values * penalty)
    return flat.reshape(logits.shape)


def _shift(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    """Add what the rows' tokens gain or lose, minus infinity where they are forbidden."""
    vocab_size = logits.shape[-1]
    at: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for index, row in enumerate(rows):
        for token_ids, gains in _gains(row, vocab_size):
            if token_ids:
                at.append(np.array(token_ids, dtype=np.int32) + index * vocab_size)
                values.append(np.broadcast_to(np.array(gains, dtype=np.float32), len(token_ids)))
    if not at:
        return logits
    flat = logits.reshape(-1)
    flat = flat.at[mx.array(np.concatenate(at))].add(mx.array(np.concatenate(values)))
    return flat.reshape(logits.shape)


def _gains(row: Row, vocab_size: int) -> Iterator[tuple[Sequence[int], Sequence[float] | float]]:
    """Token ids of a row, and what each of them gains, or all of them."""
    yield row.shifts.token_ids, row.shifts.values
    # A stop token may lie outside a model's vocabulary; mlx would write to some other place.
    yield [token_id for token_id in row.forbidden_token_ids if token_id < vocab_size], -np.inf
    if row.bad_words is not None:
        yield row.bad_words.banned_token_ids, BANNED
    if row.reasoning is not None and (forced := row.reasoning.forced_token_id) is not None:
        yield [forced], FORCED


def _keep_to_allowed(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    vocab_size = logits.shape[-1]
    shifts = {
        index: row.allowed.shift(vocab_size)
        for index, row in enumerate(rows)
        if row.allowed is not None
    }
    if not shifts:
        return logits
    return logits.at[mx.array(list(shifts))].add(mx.stack(list(shifts.values())))
