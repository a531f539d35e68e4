"""What is decided about a model before any of it is loaded, and whether it can be served at all.

Thread: event loop; `make_planned_engine` runs on the inference thread.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from batching.batcher import BatchingLimits
from batching.engine.device import Backend, backend, default_dtype, machine_limit_bytes
from batching.engine.errors import ModelNotFound
from batching.engine.make_engine import DiskPlan, make_mlx_engine
from batching.engine.memory import MemoryPlan, plan_memory
from batching.engine.model_facts import DtypeName, ModelFacts
from batching.engine.model_source import inspect_model
from batching.engine.prefix.fingerprint import model_fingerprint
from batching.engine.protocol import Engine, ReportProgress
from batching.step_planner import StepLimits
from settings import TINY_MODEL_NAME, TINY_MODEL_PATH, Settings, read_version

ADAPTER_CONFIG = "adapter_config.json"
GIGABYTE = 1_000_000_000

MakeEngine = Callable[["ModelPlan", ReportProgress], Engine]
"""Loads what was planned; called on the inference thread."""


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """What was decided about a model before any of it is loaded."""

    facts: ModelFacts
    memory: MemoryPlan
    dtype: DtypeName
    settings: Settings

    @property
    def backend(self) -> Backend:
        """Where mlx computes."""
        return backend()

    @property
    def disk(self) -> DiskPlan | None:
        """Where the prefix cache keeps what leaves memory; None if it does not."""
        max_bytes = int(self.settings.prefix_disk_gb * GIGABYTE)
        folder = self.settings.data_dir / "prefix-cache"
        return DiskPlan(folder, max_bytes) if max_bytes else None

    @property
    def batching_limits(self) -> BatchingLimits:
        settings = self.settings
        return BatchingLimits(
            max_waiting_requests=settings.max_waiting_requests,
            max_waiting_tokens=settings.max_waiting_tokens,
            step=StepLimits(
                budget_seconds=settings.step_budget_ms / 1000,
                prefill_chunk_tokens=settings.prefill_chunk_tokens,
            ),
            stall_seconds=settings.stall_seconds,
            num_reserved_slots=min(settings.reserved_slots, self.memory.max_slots // 2),
        )

    @property
    def fingerprint(self) -> str:
        """Changes when the same request might get another answer: OpenAI's system_fingerprint."""
        facts, adapter = self.facts, self.settings.adapter_path
        parts = (facts.name, facts.revision, facts.weight_bytes, self.dtype, adapter)
        return "fp_" + hashlib.sha256(repr((*parts, read_version())).encode()).hexdigest()[:12]

    @property
    def answer_scope(self) -> str:
        """The same only while the same tokens would be drawn: stored answers outlive us."""
        files = model_fingerprint(
            self.facts, dtype=self.dtype, adapter_path=self.settings.adapter_path, block_tokens=0
        )
        return f"{read_version()} {files}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed or reduced; one line each."""
        return tuple(note for note in (*self.facts.notes, self.memory.note) if note)


def plan_model(settings: Settings) -> ModelPlan:
    """The checks that need no load: it exists, can be reached, is known to mlx-lm, and fits.

    Raises:
        ModelError: with the reason in one line.
    """
    facts = find_facts(settings)
    dtype = default_dtype(facts) if settings.dtype == "auto" else settings.dtype
    limit_bytes = _bytes(settings.memory_limit_gb)
    memory = plan_memory(
        facts,
        limit_bytes=machine_limit_bytes() if limit_bytes is None else limit_bytes,
        max_slots=settings.max_slots + settings.reserved_slots,
        context_length=settings.context_length,
        dtype=dtype,
        # Of an embedding nothing is kept that another could begin with.
        prefix_cache_bytes=0 if facts.embedding else _bytes(settings.prefix_cache_gb),
    )
    return ModelPlan(facts, memory, dtype, settings)


def _bytes(gigabytes: float | None) -> int | None:
    return None if gigabytes is None else int(gigabytes * GIGABYTE)


def find_facts(settings: Settings) -> ModelFacts:
    """What is known about the model that the settings name, and about its adapter.

    Raises:
        ModelError: with the reason in one line.
    """
    adapter = settings.adapter_path
    if adapter is not None and not (adapter / ADAPTER_CONFIG).is_file():
        raise ModelNotFound(f"--adapter-path {adapter} is no adapter: it has no {ADAPTER_CONFIG}")
    if settings.model == TINY_MODEL_NAME:
        facts = inspect_model(str(TINY_MODEL_PATH))
        return dataclasses.replace(facts, name=TINY_MODEL_NAME)
    return inspect_model(settings.model, revision=settings.revision)


def make_planned_engine(plan: ModelPlan, report: ReportProgress) -> Engine:
    """Load the model; on the inference thread."""
    return make_mlx_engine(
        plan.facts,
        report,
        plan=plan.memory,
        dtype=plan.dtype,
        adapter_path=plan.settings.adapter_path,
        disk=plan.disk,
    )
