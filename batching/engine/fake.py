"""An engine without a model, for tests: scripted tokens, and failures where a test wants them.

Thread: inference, like any engine; it needs no mlx.

    faults = Faults()
    faults.fail_decode(3, RuntimeError("out of memory"))
    batcher = Batcher(lambda report: FakeEngine(spec, faults=faults), ...)
"""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from batching.engine.errors import EngineError
from batching.engine.fake_faults import Faults
from batching.engine.protocol import (
    Chunk,
    EngineMemory,
    EngineSequence,
    EngineSpec,
    Prefilled,
    PrefixCacheStats,
    PrefixMatch,
    SampledToken,
    TokenLogprobs,
    Vector,
)
from batching.engine.sequence_check import check_sequence

Script = Callable[[EngineSequence, int], int]
"""The token of a sequence at a position; position 0 is the first generated token."""

DEFAULT_SPEC = EngineSpec(vocab_size=256, context_length=4096, max_slots=8)


def echo_prompt(sequence: EngineSequence, position: int) -> int:
    """The prompt's tokens again, then a stop token; round and round if there is none."""
    prompt = sequence.token_ids[: sequence.num_prompt_tokens]
    if position >= len(prompt) and sequence.stop_token_ids and position >= sequence.min_tokens:
        return min(sequence.stop_token_ids)
    return prompt[position % len(prompt)]


def fake_vector(token_ids: Sequence[int], size: int) -> bytes:
    """What a FakeEngine makes of an input: its length, its tokens, then zeros."""
    values = [float(len(token_ids)), *map(float, token_ids)]
    return array("f", (values + [0.0] * size)[:size]).tobytes()


@dataclass(slots=True)
class _FakeRow:
    """A sequence, and as much of it as a KV cache would hold."""

    sequence: EngineSequence
    num_prefilled: int = 0
    sampled: list[int] = field(default_factory=list)

    @property
    def num_left(self) -> int:
        return len(self.sequence.token_ids) - self.num_prefilled

    @property
    def position(self) -> int:
        """Of the next token, counted from the end of the prompt."""
        num_resumed = len(self.sequence.token_ids) - self.sequence.num_prompt_tokens
        return num_resumed + len(self.sampled)


class FakeEngine:
    """Keeps the Engine protocol as strictly as the real one, without computing anything.

    `step_seconds` blocks each decode, and each prefill of inputs, through `sleep`, as a model
    would. `num_calls` counts calls by method name; `sequence_ids` are the sequences held, of which
    a test expects none in the end.
    """

    def __init__(
        self,
        spec: EngineSpec = DEFAULT_SPEC,
        *,
        script: Script = echo_prompt,
        faults: Faults | None = None,
        step_seconds: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._spec = spec
        self._script = script
        self._faults = faults or Faults()
        self._step_seconds = step_seconds
        self._sleep = sleep
        self._rows: dict[str, _FakeRow] = {}
        self.num_calls: Counter[str] = Counter()
        self.max_rows_at_once = 0
        self.is_closed = False
        self._is_ahead = False

    @property
    def spec(self) -> EngineSpec:
        return self._spec

    @property
    def sequence_ids(self) -> frozenset[str]:
        """The sequences held, in any state."""
        return frozenset(self._rows)

    def add(self, sequence: EngineSequence) -> None:
        self._count("add")
        check_sequence(sequence, self._spec, held=self._rows.keys())
        self._rows[sequence.sequence_id] = _FakeRow(sequence)

    def match_prefix(self, sequence_id: str) -> PrefixMatch:
        return PrefixMatch()

    def prefix_stats(self) -> PrefixCacheStats | None:
        return None

    def memory(self) -> EngineMemory:
        return EngineMemory()

    @property
    def num_sequences(self) -> int:
        return len(self._rows) + self._faults.num_orphans

    def prefill(self, sequence_id: str, num_tokens: int) -> Prefilled:
        self._count("prefill")
        if self._spec.embedding_size and self._step_seconds:
            self._sleep(self._step_seconds)
        self._faults.check_prefill(self.num_calls["prefill"])
        row = self._rows[sequence_id]
        start = row.num_prefilled
        self._read(Chunk(sequence_id, num_tokens))
        following = row.sequence.token_ids[start + 1 : start + num_tokens + 1]
        num_top = row.sequence.sampling.num_prompt_top
        logprobs = [] if num_top is None else [_certain(each, num_top) for each in following]
        return Prefilled(logprobs, self._vectors(row, start))

    def decode(
        self, *, ahead: bool, chunks: Sequence[Chunk] = (), rows_rest: bool = False
    ) -> list[SampledToken]:
        self._count("decode")
        rows = self._decoding()
        self._check_chunks(ahead=ahead, chunks=chunks)
        self.max_rows_at_once = max(self.max_rows_at_once, len(rows))
        if self._step_seconds:
            self._sleep(self._step_seconds)
        self._is_ahead = ahead and bool(rows)
        for chunk in chunks:
            self._read(chunk)
        decoding = self._decoding()
        rows = [row for row in decoding if row not in rows] if rows_rest else decoding
        self._faults.check_decode(
            self.num_calls["decode"], ((row.sequence, row.sampled) for row in rows)
        )
        return [self._sample(row) for row in rows]

    def finish(self, sequence_id: str, token_ids: Sequence[int]) -> None:
        self.remove([sequence_id])

    def remove(self, sequence_ids: Sequence[str]) -> None:
        self.num_calls["remove"] += 1
        for sequence_id in sequence_ids:
            self._rows.pop(sequence_id, None)
        # What was computed ahead is gone with the last of its rows.
        self._is_ahead = self._is_ahead and bool(self._decoding())

    def check_integrity(self) -> None:
        self._count("check_integrity")
        self._faults.check_books()

    def close(self) -> None:
        self._rows.clear()
        self.is_closed = True

    def _decoding(self) -> list[_FakeRow]:
        return [row for row in self._rows.values() if row.num_left == 0]

    def _check_chunks(self, *, ahead: bool, chunks: Sequence[Chunk]) -> None:
        if not chunks:
            return
        self.num_calls["mixed decode"] += 1
        if not self._spec.can_mix or ahead or self._is_ahead:
            raise ValueError("chunks are read by an engine that can mix, with nothing under way")

    def _read(self, chunk: Chunk) -> None:
        row = self._rows[chunk.sequence_id]
        if not 0 < chunk.num_tokens <= row.num_left:
            raise ValueError(f"{chunk.num_tokens} tokens to prefill; {row.num_left} are left")
        self._faults.check_reading(row.sequence)
        row.num_prefilled += chunk.num_tokens

    def _vectors(self, row: _FakeRow, num_before: int) -> list[Vector]:
        """Of the inputs whose last token was just read."""
        lengths = row.sequence.input_lengths
        return [
            Vector(index, self._vector(row.sequence.token_ids[end - lengths[index] : end]))
            for index, end in enumerate(accumulate(lengths))
            if num_before < end <= row.num_prefilled
        ]

    def _vector(self, token_ids: Sequence[int]) -> bytes:
        assert self._spec.embedding_size is not None
        return fake_vector(token_ids, self._spec.embedding_size)

    def _sample(self, row: _FakeRow) -> SampledToken:
        token_id = self._script(row.sequence, row.position)
        row.sampled.append(token_id)
        return SampledToken(row.sequence.sequence_id, token_id, self._logprobs(row, token_id))

    def _logprobs(self, row: _FakeRow, token_id: int) -> TokenLogprobs | None:
        num_top = row.sequence.sampling.top_logprobs
        return None if num_top is None else _certain(token_id, num_top)

    def _count(self, method: str) -> None:
        if self.is_closed:
            raise EngineError("the engine is closed")
        self.num_calls[method] += 1


def _certain(token_id: int, num_top: int) -> TokenLogprobs:
    """Scripted tokens are certain; the others, by their ids, could not have come."""
    others = [other for other in range(num_top) if other != token_id]
    best = ((token_id, 0.0), *((other, float("-inf")) for other in others))
    return TokenLogprobs(0.0, best[:num_top])
