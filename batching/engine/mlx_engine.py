"""The engine on MLX: one model, sequences being prefilled, and the batch that decodes.

Thread: inference. An mx.array does not cross threads: everything is made, used and freed on one.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mlx.core as mx

from batching.engine.errors import EngineError
from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.memory import MemoryPlan
from batching.engine.model_facts import DtypeName, ModelFacts
from batching.engine.protocol import (
    Engine,
    EngineSequence,
    EngineSpec,
    ReportProgress,
    SampledToken,
)
from batching.engine.row import Row
from batching.engine.running_batch import PromptCache, RunningBatch
from batching.engine.sampler import sample
from batching.engine.sequence_check import check_sequence


def make_mlx_engine(
    facts: ModelFacts,
    report: ReportProgress,
    *,
    plan: MemoryPlan,
    dtype: DtypeName,
    adapter_path: Path | None = None,
) -> Engine:
    """Load the model and make its engine: the body of an EngineFactory.

    Raises:
        ModelError: the model cannot be downloaded, loaded or batched.
    """
    # mlx keeps freed buffers for reuse; beyond the reserve they would eat what the plan gave away.
    mx.set_cache_limit(plan.reserve_bytes)
    try:
        model = load_language_model(facts, report, dtype=dtype, adapter_path=adapter_path)
    except BaseException:
        _leave_thread()
        raise
    spec = EngineSpec(
        vocab_size=model.vocab_size,
        context_length=plan.context_length,
        max_slots=plan.max_slots,
    )
    return MlxEngine(model, spec)


@dataclass(slots=True)
class _Prefill:
    """A sequence on its way into the batch: what of it is in its own cache already."""

    sequence: EngineSequence
    cache: PromptCache
    num_done: int = 0

    @property
    def num_left(self) -> int:
        return len(self.sequence.token_ids) - self.num_done


class MlxEngine:
    """Engine on an mlx-lm model. Belongs to the thread that makes it."""

    def __init__(self, model: LanguageModel, spec: EngineSpec) -> None:
        self._model: LanguageModel | None = model
        self._spec = spec
        self._thread_id = threading.get_ident()
        self._held: set[str] = set()
        self._prefills: dict[str, _Prefill] = {}
        self._batch = RunningBatch()

    @property
    def spec(self) -> EngineSpec:
        return self._spec

    def add(self, sequence: EngineSequence) -> None:
        model = self._model_here()
        check_sequence(sequence, self._spec, held=self._held)
        self._held.add(sequence.sequence_id)
        self._prefills[sequence.sequence_id] = _Prefill(sequence, model.new_cache())

    def prefill(self, sequence_id: str, num_tokens: int) -> SampledToken | None:
        model = self._model_here()
        prefill = self._prefills[sequence_id]
        if not 0 < num_tokens <= prefill.num_left:
            raise ValueError(f"{num_tokens} tokens to prefill; {prefill.num_left} are left")
        is_last = num_tokens == prefill.num_left
        # The last token goes alone: logits of a whole chunk would be chunk x vocabulary floats.
        self._read(model, prefill, num_tokens - 1 if is_last else num_tokens)
        if not is_last:
            return None
        row = Row(prefill.sequence)
        logits = model.forward([[row.last_token_id]], prefill.cache)
        [token_id] = sample(logits, [row]).read()
        row.append(token_id)
        del self._prefills[sequence_id]
        self._batch.join(row, prefill.cache)
        return SampledToken(sequence_id, token_id)

    def decode(self) -> list[SampledToken]:
        model = self._model_here()
        self._batch.settle()
        rows = self._batch.rows
        if not rows:
            return []
        logits = model.forward([[row.last_token_id] for row in rows], self._batch.cache)
        token_ids = sample(logits, rows).read()
        for row, token_id in zip(rows, token_ids, strict=True):
            row.append(token_id)
        return [
            SampledToken(row.sequence_id, token_id)
            for row, token_id in zip(rows, token_ids, strict=True)
        ]

    def remove(self, sequence_ids: Sequence[str]) -> None:
        self._check_thread()
        self._held.difference_update(sequence_ids)
        for sequence_id in sequence_ids:
            self._prefills.pop(sequence_id, None)
        self._batch.leave(sequence_ids)

    def close(self) -> None:
        """Free the model and all caches; mlx cannot be used on this thread any more.

        Closing and removing again are fine; any other call is an error.
        """
        self._check_thread()
        if self._model is None:
            return
        self._model = None
        self._held.clear()
        self._prefills.clear()
        self._batch = RunningBatch()
        _leave_thread()

    def _read(self, model: LanguageModel, prefill: _Prefill, num_tokens: int) -> None:
        if num_tokens == 0:
            return
        end = prefill.num_done + num_tokens
        model.forward([prefill.sequence.token_ids[prefill.num_done : end]], prefill.cache)
        # Only the cache is computed, not the logits, which nothing has asked for.
        mx.eval([layer.state for layer in prefill.cache])
        prefill.num_done = end

    def _model_here(self) -> LanguageModel:
        self._check_thread()
        if self._model is None:
            raise EngineError("the engine is closed")
        return self._model

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread_id:
            raise RuntimeError("an engine belongs to the thread that made it")


def _leave_thread() -> None:
    """Wait for what mlx still computes for this thread, then free its buffers and its streams.

    A thread that ends with streams may abort the whole process while Python shuts down.
    Source: https://github.com/ml-explore/mlx/pull/3395
    """
    mx.synchronize()
    mx.clear_cache()
    mx.clear_streams()
