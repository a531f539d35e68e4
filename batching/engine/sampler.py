"""Draws the next token of every row from its logits.

Thread: inference.

Order, for each row: what `adjust` does; then, unless the row is greedy: temperature, top_k, top_p,
min_p, exclusion of the top choices, and a draw from what is left. OpenAI's clients expect the
temperature before the filters, as vLLM and Hugging Face apply it; mlx-lm's own sampler does it
after them.

A draw is by inverse CDF: of tokens that a filter left, from the best on; of a whole vocabulary, in
the order of token ids, which needs no sorting. A row's token depends on its logits, its settings
and its position alone, never on the other rows.

Rows are drawn together with those that need the same method. Only top_p and min_p without top_k
have to wait for the device: whether a nucleus fits into a window shows when it is computed.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import cast

import mlx.core as mx

from batching.engine.adjust import adjust
from batching.engine.best_tokens import BlockedLogits, best_token, best_tokens
from batching.engine.counter_random import uniform_at
from batching.engine.draw import Draw
from batching.engine.filters import column, exclude_top, filter_window
from batching.engine.inverse_cdf import cumulate, draw_by_rank, draw_in_order
from batching.engine.logprobs import DeviceLogprobs
from batching.engine.row import Row
from batching.engine.sampling_params import TopExclusion
from batching.engine.weights import total, weigh

WINDOWS = (512, 4096, 32768)
"""How many of the best tokens are looked at, first, then and then; after that all of them.

Each takes a few times as long as the one before it: few rows should need the second.
"""

_Method = Callable[[BlockedLogits, Sequence[Row], int], mx.array]
"""Draws for rows of one kind, with a window of a size: the token ids, (rows,)."""


def sample(logits: mx.array, rows: Sequence[Row]) -> Draw:
    """The next token of each row. logits: (rows, vocab).

    The rows are not changed; whoever reads the tokens appends them.
    """
    logits = logits.astype(mx.float32)
    adjusted = BlockedLogits.of(adjust(logits, rows))
    # NaN, +inf or nothing but -inf: there is no best token.
    is_usable = mx.isfinite(adjusted.best)[:, 0]
    token_ids = _draw(adjusted, rows)
    return Draw(rows, token_ids, is_usable, DeviceLogprobs.of(logits, rows, token_ids))


def _draw(logits: BlockedLogits, rows: Sequence[Row]) -> mx.array:
    """Draw for the rows of each kind, then put the tokens in the rows' order."""
    groups: dict[tuple[_Method, int, bool], list[int]] = {}
    for index, row in enumerate(rows):
        # Rows that exclude the top choices sum their weights anew; others must not, beside them.
        kind = (*_method(row, logits.vocab_size), row.excludes_top)
        groups.setdefault(kind, []).append(index)
    drawn = [
        method(logits.take(indices), [rows[index] for index in indices], window)
        for (method, window, _), indices in groups.items()
    ]
    place = {index: at for at, index in enumerate(chain.from_iterable(groups.values()))}
    return mx.concatenate(drawn)[mx.array([place[index] for index in range(len(rows))])]


def _method(row: Row, vocab_size: int) -> tuple[_Method, int]:
    sampling = row.sampling
    if row.is_greedy:
        return _take_best, 1
    if 0 < sampling.top_k < vocab_size:
        return _draw_from_top_k, _window_of(sampling.top_k, vocab_size)
    if sampling.top_p < 1 or sampling.min_p > 0:
        return _draw_from_nucleus, _window_of(1, vocab_size)
    return _draw_from_all, vocab_size


def _window_of(num_tokens: int, vocab_size: int) -> int:
    """The smallest window that holds so many tokens."""
    return next((size for size in WINDOWS if num_tokens <= size < vocab_size), vocab_size)


def _take_best(logits: BlockedLogits, rows: Sequence[Row], window: int) -> mx.array:
    return best_token(logits)


def _draw_from_all(logits: BlockedLogits, rows: Sequence[Row], window: int) -> mx.array:
    weights = _weigh_all(logits, rows)
    if exclusions := _exclusions(rows):
        token_ids = mx.arange(weights.shape[-1])[None]
        weights = exclude_top(weights, token_ids, exclusions)
    return draw_in_order(weights, _uniforms(rows))


def _draw_from_top_k(logits: BlockedLogits, rows: Sequence[Row], window: int) -> mx.array:
    token_ids, _ = _draw_from_window(logits, rows, window, mass=None)
    return token_ids


def _draw_from_nucleus(logits: BlockedLogits, rows: Sequence[Row], window: int) -> mx.array:
    mass = total(_weigh_all(logits, rows))
    return _widen_until_complete(logits, rows, window, mass=mass)


def _widen_until_complete(
    logits: BlockedLogits, rows: Sequence[Row], window: int, *, mass: mx.array
) -> mx.array:
    """Draw; again, from a wider window, for the rows whose nucleus the window cuts."""
    token_ids, is_complete = _draw_from_window(logits, rows, window, mass=mass)
    if window == logits.vocab_size:
        return token_ids
    mx.eval(token_ids, is_complete)
    flags = cast(list[bool], is_complete.tolist())
    cut = [index for index, is_whole in enumerate(flags) if not is_whole]
    if cut:
        wider = _window_of(window + 1, logits.vocab_size)
        at = mx.array(cut)
        token_ids[at] = _widen_until_complete(
            logits.take(cut), [rows[index] for index in cut], wider, mass=mass[at]
        )
    return token_ids


def _draw_from_window(
    logits: BlockedLogits, rows: Sequence[Row], window: int, *, mass: mx.array | None
) -> tuple[mx.array, mx.array]:
    """Token ids, and whether the window holds all that the filters leave; both (rows,)."""
    token_ids, values = best_tokens(logits, window)
    weights = weigh(values, values[:, :1], _temperatures(rows))
    filtered = filter_window(weights, [row.sampling for row in rows], mass)
    weights, cumulative = filtered.weights, filtered.cumulative
    if exclusions := _exclusions(rows):
        weights = exclude_top(weights, token_ids, exclusions)
        cumulative = cumulate(weights)
    rank = draw_by_rank(cumulative, weights, _uniforms(rows))
    return mx.take_along_axis(token_ids, rank, axis=-1)[:, 0], filtered.is_complete


def _exclusions(rows: Sequence[Row]) -> list[TopExclusion]:
    """Of rows of one kind: of all of them, or of none."""
    return [row.sampling.exclusion for row in rows if row.sampling.exclusion and row.excludes_top]


def _weigh_all(logits: BlockedLogits, rows: Sequence[Row]) -> mx.array:
    return weigh(logits.flat, logits.best, _temperatures(rows))


def _temperatures(rows: Sequence[Row]) -> mx.array:
    return column([row.sampling.temperature for row in rows])


def _uniforms(rows: Sequence[Row]) -> mx.array:
    return column([uniform_at(row.sampling.seed, row.num_generated) for row in rows])
