"""A sequence as the sampler sees it: its settings, and what its tokens so far do to its logits.

Thread: inference.

The arrays here grow with `append`; they are never built anew, so a step costs the same however
long the prompt is.
"""

from array import array
from collections import Counter
from collections.abc import Iterable

import mlx.core as mx
import numpy as np

from batching.engine.protocol import EngineSequence

COLDEST_TEMPERATURE = 1e-5
"""Below it a row is greedy: it would be anyway, and float32 could not divide by much less."""


class Row:
    """One sequence of the batch. Whoever reads its next token appends it."""

    def __init__(self, sequence: EngineSequence) -> None:
        generated = sequence.token_ids[sequence.num_prompt_tokens :]
        self.sequence_id = sequence.sequence_id
        self.sampling = sequence.sampling
        self.last_token_id = sequence.token_ids[-1]
        self.num_generated = len(generated)
        self._min_tokens = sequence.min_tokens
        self._max_tokens = sequence.max_tokens
        self._stop_token_ids = tuple(sorted(sequence.stop_token_ids))
        self.grammar = sequence.grammar.begin(generated) if sequence.grammar else None
        self.shifts = Shifts(sequence, generated)
        self.seen = (
            SeenTokens(sequence.token_ids) if self.sampling.repetition_penalty != 1 else None
        )

    def append(self, token_id: int) -> None:
        """Take the token that was drawn."""
        self.last_token_id = token_id
        self.num_generated += 1
        self.shifts.count(token_id)
        if self.grammar is not None:
            self.grammar.accept(token_id)
        if self.seen is not None:
            self.seen.add(token_id)

    @property
    def is_greedy(self) -> bool:
        return self.sampling.temperature < COLDEST_TEMPERATURE

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


class SeenTokens:
    """The distinct tokens of a row, the prompt's too."""

    def __init__(self, token_ids: Iterable[int]) -> None:
        self._all = set(token_ids)
        # The prompt's go to the device once, not at every step.
        self._at_start = mx.array(sorted(self._all), dtype=mx.int32)
        self._later = array("i")

    def add(self, token_id: int) -> None:
        if token_id not in self._all:
            self._all.add(token_id)
            self._later.append(token_id)

    def parts(self) -> list[mx.array]:
        """The tokens, each once, in arrays to be joined. Shapes: (any,) int32."""
        later = [mx.array(np.frombuffer(self._later, dtype=np.int32))] if self._later else []
        return [self._at_start, *later]
