"""The engine of an embedding model: inputs are read, and their states pooled.

Thread: inference.

It has no batch of rows and keeps nothing behind an input's vector. Inputs that are read as wholes
share a forward, padded behind their ends; one that is cut has a KV cache until it is read.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import mlx.core as mx

from batching.engine.device import memory_in_use
from batching.engine.embedding_model import EmbeddingModel
from batching.engine.errors import BadVector, EngineError
from batching.engine.mlx_engine import leave_thread
from batching.engine.pooling import as_bytes, as_vectors, gather, join
from batching.engine.protocol import (
    Chunk,
    EngineMemory,
    EngineSequence,
    EngineSpec,
    Prefilled,
    PrefixCacheStats,
    PrefixMatch,
    SampledToken,
    Vector,
)
from batching.engine.running_batch import PromptCache, kv_bytes
from batching.engine.sequence_check import check_sequence

PADDING_SHARE = 0.25
FREE_PADDING = 64
"""Padding of a forward: a quarter of its tokens, or so many, which cost less than a forward."""


@dataclass(slots=True)
class _Job:
    """A sequence of inputs: how far it is read, and what is kept of an input that was cut."""

    sequence: EngineSequence
    ends: list[int] = field(init=False)
    num_done: int = 0
    index: int = 0
    cache: PromptCache | None = None
    gathered: mx.array | None = None

    def __post_init__(self) -> None:
        self.ends = list(accumulate(self.sequence.input_lengths))

    def check(self, num_tokens: int) -> None:
        num_left = self.ends[-1] - self.num_done
        if not 0 < num_tokens <= num_left:
            raise ValueError(f"{num_tokens} tokens to read; {num_left} are left")

    def num_whole(self, end: int) -> int:
        """How many inputs begin and end between here and that token."""
        is_amid_input = self.cache is not None
        return 0 if is_amid_input else bisect_right(self.ends, end) - self.index

    def input_at(self, index: int) -> tuple[int, ...]:
        end = self.ends[index]
        return self.sequence.token_ids[end - self.sequence.input_lengths[index] : end]

    def go_on(self, num_inputs: int) -> None:
        """Note that so many inputs are read to their ends."""
        self.index += num_inputs
        self.num_done = self.ends[self.index - 1]
        self.cache = self.gathered = None


class EmbeddingEngine:
    """Engine on an embedding model. Belongs to the thread that makes it."""

    def __init__(self, model: EmbeddingModel, spec: EngineSpec) -> None:
        self._model: EmbeddingModel | None = model
        self._spec = spec
        self._thread_id = threading.get_ident()
        self._jobs: dict[str, _Job] = {}

    @property
    def spec(self) -> EngineSpec:
        return self._spec

    def add(self, sequence: EngineSequence) -> None:
        self._model_here()
        check_sequence(sequence, self._spec, held=self._jobs.keys())
        self._jobs[sequence.sequence_id] = _Job(sequence)

    def match_prefix(self, sequence_id: str) -> PrefixMatch:
        return PrefixMatch()

    def prefix_stats(self) -> PrefixCacheStats | None:
        return None

    def memory(self) -> EngineMemory:
        self._check_thread()
        return memory_in_use(sum(kv_bytes(job.cache) for job in self._jobs.values()))

    @property
    def num_sequences(self) -> int:
        return len(self._jobs)

    def prefill(self, sequence_id: str, num_tokens: int) -> Prefilled:
        model = self._model_here()
        job = self._jobs[sequence_id]
        job.check(num_tokens)
        end = job.num_done + num_tokens
        vectors: list[Vector] = []
        while job.num_done < end:
            if num_whole := job.num_whole(end):
                vectors += _read_together(model, job, num_whole)
            else:
                vectors += _read_on(model, job, end)
        return Prefilled(vectors=vectors)

    def decode(
        self, *, ahead: bool, chunks: Sequence[Chunk] = (), rows_rest: bool = False
    ) -> list[SampledToken]:
        return []

    def finish(self, sequence_id: str, token_ids: Sequence[int]) -> None:
        self.remove([sequence_id])

    def remove(self, sequence_ids: Sequence[str]) -> None:
        self._check_thread()
        for sequence_id in sequence_ids:
            self._jobs.pop(sequence_id, None)

    def check_integrity(self) -> None:
        self._check_thread()

    def close(self) -> None:
        self._check_thread()
        if self._model is None:
            return
        self._model = None
        self._jobs.clear()
        leave_thread()

    def _model_here(self) -> EmbeddingModel:
        self._check_thread()
        if self._model is None:
            raise EngineError("the engine is closed")
        return self._model

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread_id:
            raise RuntimeError("an engine belongs to the thread that made it")


def _read_together(model: EmbeddingModel, job: _Job, num_inputs: int) -> Iterator[Vector]:
    """Read the next inputs as wholes, in as few forwards as their lengths allow."""
    lengths = job.sequence.input_lengths[job.index : job.index + num_inputs]
    for num_rows in group_sizes(lengths):
        inputs = [job.input_at(index) for index in range(job.index, job.index + num_rows)]
        num_tokens = list(map(len, inputs))
        longest = max(num_tokens)
        padded = [[*each, *[0] * (longest - len(each))] for each in inputs]
        states = model.states(mx.array(padded, dtype=mx.int32))
        yield from _finish(model, job, gather(states, num_tokens, model.facts.pooling))


def _read_on(model: EmbeddingModel, job: _Job, end: int) -> Iterator[Vector]:
    """Read the next part of an input that is cut; its last part gives its vector."""
    input_end = job.ends[job.index]
    stop = min(end, input_end)
    token_ids = job.sequence.token_ids[job.num_done : stop]
    cache = job.cache = job.cache or model.new_cache()
    states = model.states(mx.array([token_ids], dtype=mx.int32), cache)
    pooling = model.facts.pooling
    gathered = join(job.gathered, gather(states, [len(token_ids)], pooling), pooling)
    if stop == input_end:
        yield from _finish(model, job, gathered)
        return
    mx.eval(gathered, [layer.state for layer in cache])
    job.gathered = gathered
    job.num_done = stop


def _finish(model: EmbeddingModel, job: _Job, gathered: mx.array) -> list[Vector]:
    """The vectors of the next inputs, which are read. gathered: (inputs, size)"""
    num_inputs = gathered.shape[0]
    first = job.index
    lengths = list(job.sequence.input_lengths[first : first + num_inputs])
    values = as_bytes(as_vectors(gathered, lengths, model.facts))
    if values is None:
        raise BadVector(job.sequence.sequence_id)
    job.go_on(num_inputs)
    return [Vector(index, each) for index, each in enumerate(values, start=first)]


def group_sizes(lengths: Sequence[int]) -> Iterator[int]:
    """How many inputs, in their order, go into each forward: as many as need little padding."""
    num_rows, num_tokens, longest = 0, 0, 0
    for length in lengths:
        cells = (num_rows + 1) * max(longest, length)
        padding = cells - num_tokens - length
        if num_rows and padding > max(FREE_PADDING, PADDING_SHARE * num_tokens):
            yield num_rows
            num_rows, num_tokens, longest = 0, 0, 0
        num_rows += 1
        num_tokens += length
        longest = max(longest, length)
    yield num_rows
