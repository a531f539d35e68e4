"""Finds the best tokens of each row without sorting its vocabulary.

Thread: inference.

The vocabulary is read once, for the best logit of each block of 64 tokens. The k best tokens are
in the k blocks with the best of bests, so all else works on those few: at 16 rows of 151,936
logits the 512 best take a quarter of what argpartition takes on a CPU, and a GPU does not sort
what nobody uses. Everything is lazy and exact; equal logits are in the order of token ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import mlx.core as mx

BLOCK_SIZE = 64
INNER_BLOCK_SIZE = 8
MIN_BLOCKS_PER_TOKEN = 2
"""With fewer blocks than this for each wanted token, blocks leave out too little to pay."""


@dataclass(frozen=True, slots=True)
class BlockedLogits:
    """Logits, and the best of each block of 64 token ids.

    `flat`: (rows, vocab) float32, filled up with -inf to whole blocks. `block_best`: (rows,
    blocks); NaN where a logit is. `vocab_size`: without what fills it up.
    """

    flat: mx.array
    block_best: mx.array
    vocab_size: int

    @classmethod
    def of(cls, logits: mx.array) -> BlockedLogits:
        """logits: (rows, vocab) float32"""
        num_rows, vocab_size = logits.shape
        if num_missing := -vocab_size % BLOCK_SIZE:
            logits = mx.pad(logits, [(0, 0), (0, num_missing)], constant_values=-mx.inf)
        # Folded once before: a loop that CPUs vectorise, which a maximum of neighbours is not.
        folded = mx.max(logits.reshape(num_rows, -1, 4, BLOCK_SIZE // 4), axis=-2)
        return cls(logits, mx.max(folded, axis=-1), vocab_size)

    @property
    def num_rows(self) -> int:
        return self.flat.shape[0]

    @property
    def best(self) -> mx.array:
        """Each row's best logit, (rows, 1): NaN or +inf if any is, -inf if no token is left."""
        return mx.max(self.block_best, axis=-1, keepdims=True)

    def take(self, indices: list[int]) -> BlockedLogits:
        """Some of the rows."""
        if indices == list(range(self.num_rows)):
            return self
        at = mx.array(indices)
        return BlockedLogits(self.flat[at], self.block_best[at], self.vocab_size)


def best_token(logits: BlockedLogits) -> mx.array:
    """Each row's best token, of equals the first. (rows,)"""
    block = mx.argmax(logits.block_best, axis=-1)
    blocks = logits.flat.reshape(logits.num_rows, -1, BLOCK_SIZE)
    inside = blocks[mx.arange(logits.num_rows), block]
    return block * BLOCK_SIZE + mx.argmax(inside, axis=-1)


def best_tokens(logits: BlockedLogits, num_tokens: int) -> tuple[mx.array, mx.array]:
    """The best tokens and their logits, best first. (rows, num_tokens)

    num_tokens: 1 to the size of the vocabulary.
    """
    if logits.block_best.shape[-1] >= MIN_BLOCKS_PER_TOKEN * num_tokens:
        token_ids = _best_of_blocks(logits.flat, logits.block_best, num_tokens)
    else:
        token_ids = _best_positions(logits.flat, num_tokens)
    values = mx.take_along_axis(logits.flat, token_ids, axis=-1)
    # NOTE: mlx sorts stably, so equal logits stay in the order of their token ids.
    order = mx.argsort(-values, axis=-1)
    return (
        mx.take_along_axis(token_ids, order, axis=-1),
        mx.take_along_axis(values, order, axis=-1),
    )


def _best_positions(values: mx.array, num_best: int) -> mx.array:
    """Where the best of each row are, in ascending order. values: (rows, any)"""
    num_rows, num_values = values.shape
    num_blocks = num_values // INNER_BLOCK_SIZE
    if num_values % INNER_BLOCK_SIZE or num_blocks < MIN_BLOCKS_PER_TOKEN * num_best:
        return _select(values, num_best)
    block_best = mx.max(values.reshape(num_rows, num_blocks, INNER_BLOCK_SIZE), axis=-1)
    return _best_of_blocks(values, block_best, num_best)


def _best_of_blocks(values: mx.array, block_best: mx.array, num_best: int) -> mx.array:
    """Where the best of each row are, in ascending order. values: (rows, any)

    A token that is among the k best is in one of the k best blocks, where of two blocks with the
    same best the first counts as better: each block before its own holds a token before it.
    """
    num_rows, num_blocks = block_best.shape
    blocks = values.reshape(num_rows, num_blocks, -1)
    block_size = blocks.shape[-1]
    chosen = _select(block_best, num_best)
    candidates = blocks[mx.arange(num_rows)[:, None], chosen].reshape(num_rows, -1)
    positions = _best_positions(candidates, num_best)
    block = mx.take_along_axis(chosen, positions // block_size, axis=-1)
    return block * block_size + positions % block_size


def _select(values: mx.array, num_best: int) -> mx.array:
    """Where the best of each row are, in ascending order; of equals, the first.

    Rows with NaN get some positions, all inside the row.
    """
    num_rows, num_values = values.shape
    here = mx.broadcast_to(mx.arange(num_values, dtype=mx.int32), values.shape)
    if num_values <= num_best:
        return here
    kth = num_values - num_best
    worst = mx.partition(values, kth, axis=-1)[:, kth : kth + 1]
    is_better = (values > worst).astype(mx.int32)
    is_equal = (values == worst).astype(mx.int32)
    num_equal = num_best - mx.sum(is_better, axis=-1, keepdims=True)
    is_taken = is_better + is_equal * (mx.cumsum(is_equal, axis=-1) <= num_equal)
    # What is not taken is written to a place beyond the end.
    place = mx.where(is_taken > 0, mx.cumsum(is_taken, axis=-1) - 1, num_best)
    places = mx.zeros((num_rows, num_best + 1), dtype=mx.int32)
    return mx.put_along_axis(places, place, here, axis=-1)[:, :num_best]
