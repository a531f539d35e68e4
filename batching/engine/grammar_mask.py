"""Forbids what a row's grammar forbids.

Thread: inference.

Masks are made just before the draw: the device is computing these logits, so it does not wait for
Python. They go to the device as bits, and a table of bytes makes them what logits are capped at.
That takes a quarter of what choosing by comparison takes on a CPU, and runs on every backend.
"""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np
from loguru import logger

from batching.engine.grammar import GrammarFault, GrammarState, Words
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
    bound = {
        index: row.grammar
        for index, row in enumerate(rows)
        if row.grammar is not None and row.grammar.has_begun
    }
    if not bound:
        return logits
    masks = {index: _mask(state, rows[index].sequence_id) for index, state in bound.items()}
    num_words = max(mask.size for mask in masks.values())
    # Rows without a grammar are allowed everything: one shape for any mixture of rows.
    words = np.full((len(rows), num_words), 0xFFFFFFFF, dtype=np.uint32)
    for index, mask in masks.items():
        words[index] = mask
    caps = mx.array(_CAPS_OF_BYTES)[mx.array(words.view(np.uint8))].reshape(len(rows), -1)
    return mx.minimum(logits, caps[:, : logits.shape[-1]])


def _mask(state: GrammarState, sequence_id: str) -> Words:
    try:
        return state.mask()
    except GrammarFault as fault:
        logger.warning("{}: its grammar failed: {}", sequence_id, fault)
        return np.zeros(state.num_words, dtype=np.uint32)
