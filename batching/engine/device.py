"""What this machine's accelerator is and how much memory a model may use on it.

Thread: both. It asks mlx about the device and makes no array.
"""

import os
from pathlib import Path
from typing import Literal

import mlx.core as mx

from batching.engine.model_facts import DtypeName, ModelFacts
from batching.engine.protocol import EngineMemory

Backend = Literal["metal", "cuda", "cpu"]

SHARE_FOR_THE_MODEL = 0.8
"""Of the memory where there is no Metal; the rest is for the system and this process."""

CGROUP_LIMIT_FILES = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def backend() -> Backend:
    """Where mlx computes by default."""
    if mx.default_device().type == mx.DeviceType.cpu:
        return "cpu"
    return "metal" if mx.metal.is_available() else "cuda"


def machine_limit_bytes() -> int:
    """What weights and KV caches may take: Metal's recommendation, else most of the memory."""
    if backend() == "metal":
        return int(mx.device_info()["max_recommended_working_set_size"])
    if backend() == "cuda":
        return int(int(mx.device_info()["total_memory"]) * SHARE_FOR_THE_MODEL)
    installed_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(min([installed_bytes, *_container_limits()]) * SHARE_FOR_THE_MODEL)


def memory_in_use(kv_bytes: int) -> EngineMemory:
    """By mlx's books, beside what an engine's own caches hold."""
    return EngineMemory(
        kv_bytes=kv_bytes,
        active_bytes=mx.get_active_memory(),
        cached_bytes=mx.get_cache_memory(),
        peak_bytes=mx.get_peak_memory(),
    )


def default_dtype(facts: ModelFacts) -> DtypeName:
    """The type to compute in: as stored, but float32 for plain weights on a CPU.

    A CPU has no fast 16-bit arithmetic; mlx's quantised kernels, however, want what is stored.
    """
    if backend() == "cpu" and not facts.is_quantised:
        return "float32"
    return facts.dtype


def _container_limits() -> list[int]:
    """Limits of the container, if there are any; a file that says `max` sets none."""
    texts = [file.read_text(encoding="ascii") for file in CGROUP_LIMIT_FILES if file.is_file()]
    return [int(text) for text in texts if text.strip().isdigit()]
