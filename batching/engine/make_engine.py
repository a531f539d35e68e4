"""Makes the engine of a planned model: load, self-test, prefix cache.

Thread: inference, where the engine stays.
"""

from dataclasses import dataclass
from pathlib import Path

import mlx.core as mx
from loguru import logger

from batching.engine.embedding_engine import EmbeddingEngine
from batching.engine.embedding_model import EmbeddingModel, load_embedding_model
from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.memory import MemoryPlan
from batching.engine.mlx_engine import MlxEngine, leave_thread
from batching.engine.model_facts import DtypeName, ModelFacts
from batching.engine.prefix.blocks import CacheLayout, probe_layout
from batching.engine.prefix.disk import PrefixDisk
from batching.engine.prefix.fingerprint import model_fingerprint
from batching.engine.prefix.reuse import PrefixReuse
from batching.engine.protocol import Engine, EngineSpec, ReportProgress
from batching.engine.self_test import SelfTest, run_self_test


@dataclass(frozen=True, slots=True)
class DiskPlan:
    """Where prompts that leave the prefix cache are kept, and how much of them."""

    folder: Path
    max_bytes: int


def make_mlx_engine(
    facts: ModelFacts,
    report: ReportProgress,
    *,
    plan: MemoryPlan,
    dtype: DtypeName,
    adapter_path: Path | None = None,
    disk: DiskPlan | None = None,
) -> Engine:
    """Load the model and make its engine: the body of an EngineFactory.

    Raises:
        ModelError: the model cannot be downloaded, loaded or batched.
    """
    # mlx keeps freed buffers for reuse; beyond the reserve they would eat what the plan gave away.
    mx.set_cache_limit(plan.reserve_bytes)
    try:
        if facts.embedding:
            embedder = load_embedding_model(facts, report, dtype=dtype, adapter_path=adapter_path)
            return EmbeddingEngine(embedder, _embedding_spec(embedder, plan))
        model = load_language_model(facts, report, dtype=dtype, adapter_path=adapter_path)
        report("testing", 0)
        layout = probe_layout(model)
        tested = run_self_test(model, layout)
        report("testing", 100)
        prefix_disk = None
        if disk:
            fingerprint = model_fingerprint(
                facts, dtype=dtype, adapter_path=adapter_path, block_tokens=layout.block_tokens
            )
            prefix_disk = PrefixDisk(disk.folder, max_bytes=disk.max_bytes, fingerprint=fingerprint)
        return engine_after(tested, model, layout, plan, disk=prefix_disk)
    except BaseException:
        leave_thread()
        raise


def _embedding_spec(model: EmbeddingModel, plan: MemoryPlan) -> EngineSpec:
    return EngineSpec(
        vocab_size=model.vocab_size,
        context_length=plan.context_length,
        max_slots=plan.max_slots,
        kv_tokens=plan.kv_tokens,
        embedding_size=model.facts.size,
    )


def engine_after(
    tested: SelfTest,
    model: LanguageModel,
    layout: CacheLayout,
    plan: MemoryPlan,
    *,
    disk: PrefixDisk | None = None,
) -> MlxEngine:
    """An engine that does only what the model has shown to be right."""
    notes = []
    if tested.batch_fault:
        notes.append(f"requests are computed one at a time: {tested.batch_fault}")
    if tested.prefix_fault and plan.prefix_cache_bytes:
        notes.append(f"prompts are not kept for reuse: {tested.prefix_fault}")
    if tested.mixed_fault:
        logger.debug("prompts are read apart from the rows: {}", tested.mixed_fault)
    spec = EngineSpec(
        vocab_size=model.vocab_size,
        context_length=plan.context_length,
        max_slots=1 if tested.batch_fault else plan.max_slots,
        kv_tokens=plan.kv_tokens,
        can_mix=not (tested.batch_fault or tested.mixed_fault),
        notes=tuple(notes),
    )
    reuse = None
    if plan.prefix_cache_bytes and not tested.prefix_fault:
        reuse = PrefixReuse(layout, max_bytes=plan.prefix_cache_bytes, disk=disk)
    return MlxEngine(model, spec, reuse=reuse)
