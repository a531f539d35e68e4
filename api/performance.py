"""A line in the log now and then, on speed, queue and memory, while anything runs.

Thread: event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psutil
from aiohttp import web
from loguru import logger

from api.keys import MANAGER, SETTINGS
from batching.batcher import Batcher


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What one model's batching had done by a monotonic time, since its start."""

    at_seconds: float
    num_generated: int
    num_read: int
    num_steps: int
    step_seconds: float
    read_seconds: float

    @classmethod
    def of(cls, batcher: Batcher, *, now_seconds: float) -> Self:
        counts = batcher.counts
        return cls(
            now_seconds,
            counts.num_generated_tokens,
            counts.work.num_read,
            counts.step.num_values,
            counts.work.step_seconds or 0.0,
            counts.work.read_seconds,
        )


async def log_performance(app: web.Application) -> AsyncIterator[None]:
    """Keep a task for it while the app runs."""
    seconds = app[SETTINGS].log_performance_seconds
    if not seconds:
        yield
        return
    batcher = app[MANAGER].default.batcher
    logging = asyncio.create_task(_log_forever(batcher, seconds), name="log performance")
    yield
    logging.cancel()
    with suppress(asyncio.CancelledError):
        await logging


async def _log_forever(batcher: Batcher, seconds: float) -> None:
    now_seconds = asyncio.get_running_loop().time
    before = WorkDone.of(batcher, now_seconds=now_seconds())
    while True:
        await asyncio.sleep(seconds)
        now = WorkDone.of(batcher, now_seconds=now_seconds())
        if batcher.num_running or now.num_steps > before.num_steps:
            log_work(batcher, before, now)
        before = now


def log_work(batcher: Batcher, before: WorkDone, now: WorkDone) -> None:
    """The line for what was done between two times."""
    seconds = now.at_seconds - before.at_seconds
    num_steps = now.num_steps - before.num_steps
    step_seconds = now.step_seconds - before.step_seconds
    num_generated = now.num_generated - before.num_generated
    memory = batcher.engine_state.memory if batcher.engine_state else None
    fields: dict[str, object] = {
        "running": batcher.num_running,
        "waiting": batcher.num_waiting,
        "tokens_per_second": round(num_generated / seconds, 1),
        "prompt_tokens_per_second": round((now.num_read - before.num_read) / seconds, 1),
        "resident_bytes": psutil.Process().memory_info().rss,
    }
    if memory and memory.active_bytes:
        fields["mlx_active_bytes"] = memory.active_bytes
        fields["mlx_cached_bytes"] = memory.cached_bytes
    if num_steps and step_seconds:
        fields["step_seconds"] = round(step_seconds / num_steps, 6)
        fields["step_tokens"] = round(num_generated / num_steps, 1)
        fields["prefill_share"] = round((now.read_seconds - before.read_seconds) / step_seconds, 3)
    logger.bind(**fields).info("performance")
