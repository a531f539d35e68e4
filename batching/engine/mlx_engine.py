"""The engine on MLX: one model, sequences being prefilled, and the batch that decodes.

Thread: inference. An mx.array does not cross threads: everything is made, used and freed on one.
"""

import threading
from collections.abc import Sequence

import mlx.core as mx

from batching.engine.device import memory_in_use
from batching.engine.draw import Draw
from batching.engine.errors import EngineError
from batching.engine.loader import LanguageModel
from batching.engine.mixed_forward import mixed_forward
from batching.engine.prefix.reuse import PrefixReuse
from batching.engine.prompt_reader import Prefill, PromptReader
from batching.engine.protocol import (
    Chunk,
    EngineMemory,
    EngineSequence,
    EngineSpec,
    Prefilled,
    PrefixCacheStats,
    PrefixMatch,
    SampledToken,
)
from batching.engine.row import Row
from batching.engine.running_batch import PromptCache, RunningBatch, kv_bytes
from batching.engine.sampler import sample
from batching.engine.sequence_check import check_sequence


class MlxEngine:
    """Engine on an mlx-lm model. Belongs to the thread that makes it."""

    def __init__(
        self, model: LanguageModel, spec: EngineSpec, *, reuse: PrefixReuse | None = None
    ) -> None:
        self._model: LanguageModel | None = model
        self._spec = spec
        self._thread_id = threading.get_ident()
        self._held: set[str] = set()
        self._prefills: dict[str, Prefill] = {}
        self._batch = RunningBatch()
        self._reuse = reuse
        self._reader = PromptReader(reuse)

    @property
    def spec(self) -> EngineSpec:
        return self._spec

    def add(self, sequence: EngineSequence) -> None:
        self._model_here()
        check_sequence(sequence, self._spec, held=self._held)
        self._held.add(sequence.sequence_id)
        self._prefills[sequence.sequence_id] = Prefill(sequence)
        if self._reuse:
            self._reuse.begin(sequence.sequence_id, sequence.token_ids, sequence.prefix_use)

    def match_prefix(self, sequence_id: str) -> PrefixMatch:
        wants_logprobs = self._prefills[sequence_id].num_top is not None
        if self._reuse is None or wants_logprobs:  # nothing stored has logits
            return PrefixMatch()
        match = self._reuse.match(sequence_id)
        self._prefills[sequence_id].num_done = match.num_tokens
        return match

    def prefix_stats(self) -> PrefixCacheStats | None:
        return self._reuse.stats() if self._reuse else None

    def memory(self) -> EngineMemory:
        self._check_thread()
        prompts = [prefill.cache for prefill in self._prefills.values()]
        return memory_in_use(sum(map(kv_bytes, [*self._batch.caches, *prompts])))

    @property
    def num_sequences(self) -> int:
        return len(self._held)

    def prefill(self, sequence_id: str, num_tokens: int) -> Prefilled:
        model = self._model_here()
        prefill = self._prefills[sequence_id]
        prefill.check(num_tokens)
        is_last = num_tokens == prefill.num_left
        # The last token enters with the batch: alone it would cost as much as a row of others.
        logprobs = self._reader.read(model, prefill, num_tokens - 1 if is_last else num_tokens)
        if is_last:
            self._join(Row(prefill.sequence), self._reader.cache_of(model, prefill))
        return Prefilled(logprobs)

    def decode(
        self, *, ahead: bool, chunks: Sequence[Chunk] = (), rows_rest: bool = False
    ) -> list[SampledToken]:
        model = self._model_here()
        batch = self._batch
        batch.settle()
        if chunks:
            return self._decode_mixed(model, chunks, rows_rest=rows_rest)
        if not batch.rows:
            return []
        if batch.logits is None:
            self._launch(model, _column([row.last_token_id for row in batch.rows]))
        assert batch.logits is not None
        drawing = batch.rows[: batch.num_pending]
        draw = sample(batch.logits, drawing)
        batch.logits = None
        if ahead:
            self._launch_next(model, draw)
        return _append(drawing, draw)

    def _decode_mixed(
        self, model: LanguageModel, chunks: Sequence[Chunk], *, rows_rest: bool
    ) -> list[SampledToken]:
        """One forward for the next tokens of the rows, if they do not rest, and for chunks."""
        batch = self._batch
        if not self._spec.can_mix or batch.logits is not None:
            raise ValueError("chunks are read by an engine that can mix, with nothing under way")
        rows, cache = ([], []) if rows_rest else (batch.rows, batch.cache)
        prefills = [self._prefills[chunk.sequence_id] for chunk in chunks]
        parts = [
            self._reader.part(model, prefill, chunk.num_tokens)
            for prefill, chunk in zip(prefills, chunks, strict=True)
        ]
        reading = list(zip(prefills, parts, strict=True))
        joining = [(Row(each.sequence), part.cache) for each, part in reading if part.is_last]
        drawing = [*rows, *(row for row, _ in joining)]
        logits = mixed_forward(model, _column([row.last_token_id for row in rows]), cache, parts)
        draw = sample(logits, drawing) if drawing else None
        computed = [layer.state for part in parts for layer in part.cache]
        mx.eval(computed, [draw.token_ids] if draw else [])
        tokens = _append(drawing, draw) if draw else []
        for prefill, part in reading:
            self._reader.note_read(prefill, part.cache, num_tokens=len(part.token_ids))
        for row, cache in joining:
            self._join(row, cache)
        return tokens

    def _join(self, row: Row, cache: PromptCache) -> None:
        """Let a sequence that is read into the batch."""
        if self._reuse:
            self._reuse.has_read(row.sequence_id)
        del self._prefills[row.sequence_id]
        self._batch.join(row, cache)

    def _launch_next(self, model: LanguageModel, draw: Draw) -> None:
        """Set the next forward going before the tokens that it begins with are read.

        So the device has work while Python looks at the tokens. Rows that have just joined enter
        with this forward.
        """
        mx.async_eval(draw.token_ids)  # type: ignore[no-untyped-call]
        rows = self._batch.rows
        num_drawn = draw.token_ids.shape[0]
        newcomers = rows[num_drawn:]
        if newcomers or not all(row.is_at_last_token for row in rows):
            drawn = draw.token_ids[:, None]
            known = [_column([row.last_token_id for row in newcomers])] if newcomers else []
            self._launch(model, mx.concatenate([drawn, *known]) if known else drawn)

    def _launch(self, model: LanguageModel, token_ids: mx.array) -> None:
        """Start computing the logits that follow these tokens. token_ids: (rows, 1)."""
        self._batch.logits = model.forward(token_ids, self._batch.cache)
        mx.async_eval(self._batch.logits)  # type: ignore[no-untyped-call]

    def finish(self, sequence_id: str, token_ids: Sequence[int]) -> None:
        self._check_thread()
        # The last token was drawn; whether it was fed to the model is another matter.
        num_done = len(token_ids) - 1
        index = self._batch.index_of(sequence_id)
        reuse = self._reuse
        if index is not None and reuse and reuse.wants_answer(sequence_id, num_done=num_done):
            cache = self._batch.cache_of(index)
            reuse.keep_answer(sequence_id, token_ids, cache, num_done=num_done)
        self.remove([sequence_id])

    def remove(self, sequence_ids: Sequence[str]) -> None:
        self._check_thread()
        self._held.difference_update(sequence_ids)
        for sequence_id in sequence_ids:
            self._prefills.pop(sequence_id, None)
            if self._reuse:
                self._reuse.release(sequence_id)
        self._batch.leave(sequence_ids)

    def check_integrity(self) -> None:
        self._check_thread()
        if num_lost := len(self._held) - len(self._prefills) - self._batch.num_rows:
            raise EngineError(f"{num_lost} of {len(self._held)} sequences are nowhere")
        if self._reuse:
            self._reuse.check_integrity()

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
        if self._reuse:
            self._reuse.close()
            self._reuse = None
        self._reader = PromptReader(None)
        leave_thread()

    def _model_here(self) -> LanguageModel:
        self._check_thread()
        if self._model is None:
            raise EngineError("the engine is closed")
        return self._model

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread_id:
            raise RuntimeError("an engine belongs to the thread that made it")


def _append(rows: Sequence[Row], draw: Draw) -> list[SampledToken]:
    """Give rows the tokens that were drawn for them."""
    token_ids = draw.read()
    for row, token_id in zip(rows, token_ids, strict=True):
        row.append(token_id)
    return [
        SampledToken(row.sequence_id, token_id, logprobs)
        for row, token_id, logprobs in zip(rows, token_ids, draw.logprobs(), strict=True)
    ]


def _column(token_ids: list[int]) -> mx.array:
    """One token for each row: (rows, 1)."""
    return mx.array(token_ids, dtype=mx.int32)[:, None]


def leave_thread() -> None:
    """Wait for what mlx still computes for this thread, then free its buffers and its streams.

    A thread that ends with streams may abort the whole process while Python shuts down.
    Source: https://github.com/ml-explore/mlx/pull/3395
    """
    mx.synchronize()
    mx.clear_cache()
    mx.clear_streams()
