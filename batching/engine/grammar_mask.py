"""Forbids what a row's grammar forbids.

Thread: inference.

Masks are made just before the draw: the device is computing these logits, so it does not wait for
Python. They go to the device as bits, and a table of bytes makes them what logits are capped at.
That takes a quarter of what choosing by comparison takes on a CPU, and runs on every backend.
"""

from collections.abc import Sequence
from itertools import groupby

import mlx.core as mx
import numpy as np
from loguru import logger

from batching.engine.grammar import GrammarFault, Words
from batching.engine.row import Row

_CAPS_OF_BYTES = np.where(
    np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little"),
    np.float32(np.inf),
    np.float32(-np.inf),
)
"""For each byte of a mask, what caps the eight logits that it stands for."""


def forbid_by_grammar(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    """Minus infinity wherever a row's grammar allows no token. logits: (rows, vocab) float32.

    A row whose grammar has failed is left without any token, which whoever draws reports.
    """
    if not any(_is_bound(row) for row in rows):
        return logits
    # Neighbours are capped at once; what is between them is copied and not looked at.
    parts: list[mx.array] = []
    for is_bound, run in groupby(range(len(rows)), key=lambda index: _is_bound(rows[index])):
        indices = list(run)
        here = slice(indices[0], indices[-1] + 1)
        parts.append(_cap(logits[here], rows[here]) if is_bound else logits[here])
    return mx.concatenate(parts) if len(parts) > 1 else parts[0]


def _is_bound(row: Row) -> bool:
    return row.grammar is not None and row.grammar.has_begun


def _cap(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    words = np.stack([_mask(row) for row in rows])
    caps = mx.array(_CAPS_OF_BYTES)[mx.array(words.view(np.uint8))].reshape(len(rows), -1)
    return mx.minimum(logits, caps[:, : logits.shape[-1]])


def _mask(row: Row) -> Words:
    state = row.grammar
    assert state is not None
    try:
        return state.mask()
    except GrammarFault as fault:
        logger.warning("{}: its grammar failed: {}", row.sequence_id, fault)
        return np.zeros(state.num_words, dtype=np.uint32)
