"""Draws the next token of every row from its logits.

Thread: inference.

Order, for each row: penalties and bias, stop tokens masked until `min_tokens`; then, unless the
row is greedy: temperature, top_k, top_p, min_p, and a draw from what is left. OpenAI's clients
expect the temperature before the filters, as vLLM and Hugging Face apply it; mlx-lm's own sampler
does it after them.
"""

from collections import Counter
from collections.abc import Sequence

import mlx.core as mx

from batching.engine.counter_random import uniform_at
from batching.engine.errors import BadLogits
from batching.engine.protocol import EngineSequence, SamplingParams

COLDEST_TEMPERATURE = 1e-5
"""Below it a row is greedy: it would be anyway, and float32 could not divide by much less."""


class Row:
    """One sequence as the sampler sees it: its settings and the tokens that it has so far."""

    def __init__(self, sequence: EngineSequence) -> None:
        generated = sequence.token_ids[sequence.num_prompt_tokens :]
        self.sequence_id = sequence.sequence_id
        self.sampling = sequence.sampling
        self.last_token_id = sequence.token_ids[-1]
        self.num_generated = len(generated)
        self._min_tokens = sequence.min_tokens
        self._max_tokens = sequence.max_tokens
        self._stop_token_ids = sorted(sequence.stop_token_ids)
        self._counts = Counter(generated)
        self._seen = set(sequence.token_ids)

    def append(self, token_id: int) -> None:
        """Take the token that was drawn."""
        self.last_token_id = token_id
        self.num_generated += 1
        self._counts[token_id] += 1
        self._seen.add(token_id)

    @property
    def is_greedy(self) -> bool:
        return self.sampling.temperature < COLDEST_TEMPERATURE

    @property
    def is_at_last_token(self) -> bool:
        """Whether the next token is the last that anybody wants."""
        return self._max_tokens is not None and self.num_generated + 1 >= self._max_tokens

    def adjust(self, logits: mx.array) -> mx.array:
        """Penalties, bias and forbidden stop tokens. logits: (vocab,) float32."""
        sampling = self.sampling
        if sampling.repetition_penalty != 1:
            logits = _penalise_repetition(logits, self._seen, sampling.repetition_penalty)
        if self._counts and (sampling.frequency_penalty or sampling.presence_penalty):
            logits = _penalise_counts(logits, self._counts, sampling)
        if sampling.logit_bias:
            token_ids, biases = zip(*sampling.logit_bias, strict=True)
            logits = logits.at[mx.array(token_ids)].add(mx.array(biases, dtype=mx.float32))
        if self.num_generated < self._min_tokens:
            logits = _forbid(logits, self._stop_token_ids)
        return logits


class Draw:
    """The drawn tokens: on the device for the next forward, and for Python to read."""

    def __init__(self, token_ids: list[int]) -> None:
        self._token_ids = token_ids
        self.token_ids = mx.array(token_ids, dtype=mx.int32)

    def read(self) -> list[int]:
        return self._token_ids


def sample(logits: mx.array, rows: Sequence[Row]) -> Draw:
    """The next token of each row. logits: (rows, vocab).

    A row's draw depends on its logits, its settings and its position alone. The rows are not
    changed; whoever keeps the tokens appends them.

    Raises:
        BadLogits: some rows hold NaN or +inf, or no token is left; it names them.
    """
    logits = logits.astype(mx.float32)
    adjusted = mx.stack([row.adjust(logits[i]) for i, row in enumerate(rows)])
    drawn_at = [i for i, row in enumerate(rows) if not row.is_greedy]
    # max() is NaN if any logit is, +inf if any is, and -inf if none is left.
    is_usable = mx.isfinite(mx.max(adjusted, axis=-1))
    greedy = mx.argmax(adjusted, axis=-1)
    drawn = _draw(adjusted[mx.array(drawn_at)], [rows[i] for i in drawn_at]) if drawn_at else None
    mx.eval(is_usable, greedy, drawn)

    bad = [row.sequence_id for row, ok in zip(rows, _bools(is_usable), strict=True) if not ok]
    if bad:
        raise BadLogits(bad)
    token_ids = _ints(greedy)
    if drawn is not None:
        for i, token_id in zip(drawn_at, _ints(drawn), strict=True):
            token_ids[i] = token_id
    return Draw(token_ids)


def _draw(logits: mx.array, rows: Sequence[Row]) -> mx.array:
    """Inverse-CDF draw from each row's filtered distribution. logits: (rows, vocab) float32."""
    settings = [row.sampling for row in rows]
    # Relative to the best token, so that a low temperature cannot overflow.
    scaled = (logits - mx.max(logits, axis=-1, keepdims=True)) / _column(
        [sampling.temperature for sampling in settings]
    )
    # NOTE: mlx sorts stably, so equal logits stay in the order of their token ids.
    order = mx.argsort(-scaled, axis=-1)
    kept = _filter(mx.take_along_axis(scaled, order, axis=-1), settings)
    cumulative = mx.cumsum(kept, axis=-1)
    uniform = _column([uniform_at(row.sampling.seed, row.num_generated) for row in rows])
    rank = mx.sum(cumulative <= uniform * cumulative[:, -1:], axis=-1, keepdims=True)
    # Rounding can carry the target to the very end; only a token with a probability may win.
    last = mx.sum(kept > 0, axis=-1, keepdims=True) - 1
    return mx.take_along_axis(order, mx.minimum(rank, last), axis=-1)[:, 0]


def _filter(scaled: mx.array, settings: Sequence[SamplingParams]) -> mx.array:
    """Probabilities after top_k, top_p and min_p; 0 where dropped. scaled: sorted, best first."""
    vocab_size = scaled.shape[-1]
    ranks = mx.arange(vocab_size)[None]
    top_k = _column([float(s.top_k or vocab_size) for s in settings])
    probabilities = mx.softmax(mx.where(ranks < top_k, scaled, -mx.inf), axis=-1, precise=True)
    # A token is in the nucleus if those before it do not fill it; so the first always is. Off is
    # infinity: rounding may carry a sum of probabilities over 1.
    top_p = _column([s.top_p if s.top_p < 1 else float("inf") for s in settings])
    before = mx.cumsum(probabilities, axis=-1, inclusive=False)
    min_p = _column([sampling.min_p for sampling in settings])
    is_kept = ((before < top_p) & (probabilities >= min_p * probabilities[:, :1])) | (ranks == 0)
    return mx.where(is_kept, probabilities, 0.0)


def _penalise_repetition(logits: mx.array, seen: set[int], penalty: float) -> mx.array:
    """Source: Hugging Face's RepetitionPenaltyLogitsProcessor (CTRL, arXiv:1909.05858)."""
    at = mx.array(sorted(seen))
    values = logits[at]
    logits[at] = mx.where(values > 0, values / penalty, values * penalty)
    return logits


def _penalise_counts(logits: mx.array, counts: Counter[int], sampling: SamplingParams) -> mx.array:
    """Source: OpenAI's API reference, frequency and presence penalties."""
    at = mx.array(list(counts.keys()))
    num_times = mx.array(list(counts.values()), dtype=mx.float32)
    penalty = num_times * sampling.frequency_penalty + sampling.presence_penalty
    return logits.at[at].subtract(penalty)


def _forbid(logits: mx.array, token_ids: Sequence[int]) -> mx.array:
    # A stop token may lie outside a model's vocabulary; mlx would write to some other place.
    inside = [token_id for token_id in token_ids if token_id < logits.shape[-1]]
    if inside:
        logits[mx.array(inside)] = -mx.inf
    return logits


def _column(values: list[float]) -> mx.array:
    """One value for each row, to be broadcast along the vocabulary."""
    return mx.array(values, dtype=mx.float32)[:, None]


def _ints(array: mx.array) -> list[int]:
    return [int(value) for value in array.tolist()]  # type: ignore[union-attr, arg-type]


def _bools(array: mx.array) -> list[bool]:
    return [bool(value) for value in array.tolist()]  # type: ignore[union-attr]
