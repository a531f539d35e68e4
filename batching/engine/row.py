"""A sequence as the sampler sees it: its settings, and what its tokens so far do to its logits.

Thread: inference.

The arrays here grow with `append`; they are never built anew, so a step costs the same however
long the prompt is.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

from batching.engine.bans import AllowedTokens, BadWords
from batching.engine.counter_random import uniform_at
from batching.engine.protocol import EngineSequence
from batching.engine.reasoning import Reasoning
from batching.engine.sampling_params import SamplingParams
from batching.engine.seen_tokens import RecentTokens, SeenTokens

COLDEST_TEMPERATURE = 1e-5
"""Below it a row is greedy: it would be anyway, and float32 could not divide by much less."""

EXCLUSION_STREAM = 0x5DEECE66D1B54A33
"""What makes the numbers that decide on exclusion others than those that draw tokens."""


class Row:
    """One sequence of the batch. Whoever reads its next token appends it."""

    def __init__(self, sequence: EngineSequence) -> None:
        generated = sequence.token_ids[sequence.num_prompt_tokens :]
        sampling = sequence.sampling
        self.sequence_id = sequence.sequence_id
        self.sampling = sampling
        self.last_token_id = sequence.token_ids[-1]
        self.num_generated = len(generated)
        self._min_tokens = sequence.min_tokens
        self._max_tokens = sequence.max_tokens
        self._stop_token_ids = tuple(sorted(sequence.stop_token_ids))
        self.grammar = sequence.grammar.begin(generated) if sequence.grammar else None
        self.shifts = Shifts(sequence, generated)
        self.seen = _seen_tokens(sampling, sequence.token_ids)
        self.bad_words = BadWords(sampling.bad_words, generated) if sampling.bad_words else None
        self.allowed = (
            AllowedTokens(sampling.allowed_token_ids) if sampling.allowed_token_ids else None
        )
        limit = sampling.thinking_limit
        self.reasoning = Reasoning(limit, generated) if limit else None

    def append(self, token_id: int) -> None:
        """Take the token that was drawn."""
        self.last_token_id = token_id
        self.num_generated += 1
        self.shifts.count(token_id)
        if self.grammar is not None:
            self.grammar.accept(token_id)
        if self.seen is not None:
            self.seen.add(token_id)
        if self.bad_words is not None:
            self.bad_words.accept(token_id)
        if self.reasoning is not None:
            self.reasoning.accept(token_id)

    @property
    def is_greedy(self) -> bool:
        return self.sampling.temperature < COLDEST_TEMPERATURE

    @property
    def excludes_top(self) -> bool:
        """Whether the next draw is one that excludes the top choices."""
        exclusion = self.sampling.exclusion
        if exclusion is None or self.is_greedy:
            return False
        seed = self.sampling.seed ^ EXCLUSION_STREAM
        return uniform_at(seed, self.num_generated) < exclusion.probability

    @property
    def is_at_last_token(self) -> bool:
        """Whether the next token is the last that anybody wants."""
        return self._max_tokens is not None and self.num_generated + 1 >= self._max_tokens

    @property
    def forbidden_token_ids(self) -> tuple[int, ...]:
        """What may not be drawn now; some may lie outside the model's vocabulary."""
        may_end = self.num_generated >= self._min_tokens
        if self.grammar is not None:
            # It must not end before its grammar begins, and cannot go on when that is complete.
            may_end = self.grammar.has_begun and (may_end or self.grammar.is_complete)
        return () if may_end else self._stop_token_ids


class Shifts:
    """What is added to a row's logits: bias, less frequency and presence penalty.

    Source: OpenAI's API reference; the penalties count generated tokens only.
    """

    def __init__(self, sequence: EngineSequence, generated: Iterable[int]) -> None:
        self._frequency_penalty = sequence.sampling.frequency_penalty
        self._presence_penalty = sequence.sampling.presence_penalty
        self._biases: dict[int, float] = {}
        for token_id, bias in sequence.sampling.logit_bias:
            self._biases[token_id] = self._biases.get(token_id, 0.0) + bias
        self._counts: Counter[int] = Counter()
        self._slots: dict[int, int] = {}
        self.token_ids = array("i")
        """Each once, in no particular order."""
        self.values = array("f")
        """For each of `token_ids`, what its logit gains."""
        for token_id in self._biases:
            self._write(token_id)
        for token_id in generated:
            self.count(token_id)

    def count(self, token_id: int) -> None:
        """Note that a token was generated."""
        if self._frequency_penalty or self._presence_penalty:
            self._counts[token_id] += 1
            self._write(token_id)

    def _write(self, token_id: int) -> None:
        value = self._biases.get(token_id, 0.0)
        if num_times := self._counts[token_id]:
            value -= num_times * self._frequency_penalty + self._presence_penalty
        slot = self._slots.setdefault(token_id, len(self.token_ids))
        if slot == len(self.token_ids):
            self.token_ids.append(token_id)
            self.values.append(value)
        else:
            self.values[slot] = value


def _seen_tokens(
    sampling: SamplingParams, token_ids: Sequence[int]
) -> SeenTokens | RecentTokens | None:
    if sampling.repetition_penalty == 1:
        return None
    if sampling.repetition_window:
        return RecentTokens(token_ids, sampling.repetition_window)
    return SeenTokens(token_ids)
