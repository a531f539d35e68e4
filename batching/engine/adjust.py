"""Penalties, bias and forbidden tokens: what changes logits before anything is drawn from them.

Thread: inference.

Each function changes all rows that need it at once, by one gather and one scatter on flat
(row, token) indices. Rows without adjustments are not looked at. The order is Hugging Face's and
vLLM's: repetition penalty, then what is added. What a grammar forbids is in `grammar_mask.py`.
"""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np

from batching.engine.grammar_mask import forbid_by_grammar
from batching.engine.row import Row


def adjust(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    """The logits that the rows' settings ask for. logits: (rows, vocab) float32."""
    penalised = _penalise_repetition(logits, rows)
    # Before the stop tokens: a mask may find that a grammar is complete.
    return _shift(forbid_by_grammar(penalised, rows), rows)


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
    """Add the rows' shifts, and minus infinity to what is forbidden."""
    vocab_size = logits.shape[-1]
    at: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for index, row in enumerate(rows):
        # A stop token may lie outside a model's vocabulary; mlx would write to some other place.
        forbidden = [token_id for token_id in row.forbidden_token_ids if token_id < vocab_size]
        for token_ids, gains in (
            (row.shifts.token_ids, row.shifts.values),
            (forbidden, [-np.inf] * len(forbidden)),
        ):
            if token_ids:
                at.append(np.array(token_ids, dtype=np.int32) + index * vocab_size)
                values.append(np.array(gains, dtype=np.float32))
    if not at:
        return logits
    flat = logits.reshape(-1)
    flat = flat.at[mx.array(np.concatenate(at))].add(mx.array(np.concatenate(values)))
    return flat.reshape(logits.shape)
