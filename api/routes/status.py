"""GET /, /version, /health and /ready: what the server is, whether it lives and answers.

Thread: event loop.
"""

import time
from typing import Literal, NotRequired

from aiohttp import web
from typing_extensions import TypedDict

from api.json_body import json_response
from api.keys import JOBS, MANAGER, SETTINGS
from batching.engine.protocol import PrefixCacheStats
from jobs.jobs import Jobs
from model_manager import ModelManager
from reuse.answer_reuse import AnswerReuse
from settings import read_version

STARTED_SECONDS = time.monotonic()
VERSION = read_version()


class Health(TypedDict):
    """The state of the served model."""

    status: Literal["loading", "serving", "draining", "stopped", "failed"]


class Readiness(Health):
    """The state; while loading with the stage and how far it is."""

    stage: NotRequired[str]
    percent: NotRequired[int]


class StatusModel(TypedDict):
    """The served model."""

    id: str
    context_length: int


class StatusQueue(TypedDict):
    """Requests that wait, and how many may; since the start, how many were refused because the
    queue was full, answers that had not begun when their clients gave up, and answers that their
    time limit ended."""

    waiting: int
    max: int
    refused: int
    not_begun: int
    timed_out: int


class StatusBatch(TypedDict):
    """Sequences that run, and how many may. `step_age_seconds` is since the last step."""

    running: int
    slots: int
    step_age_seconds: float | None


class StatusPrefixCache(TypedDict):
    """What the prefix cache holds, and how much of all prompts was in it."""

    bytes: int
    max_bytes: int
    tokens: int
    prompt_tokens: int
    hit_tokens: int
    missed_tokens: dict[str, int]


class StatusAnswerCache(TypedDict):
    """Where deterministic answers came from, and what is stored."""

    hits: int
    shared: int
    misses: int
    answers: int
    bytes: int
    max_bytes: int


class StatusJobs(TypedDict):
    """Batches that have not ended, their lines without a result, and those that run or wait for a
    slot. `problem` says why there are no batches, or why they wait."""

    batches: int
    lines_left: int
    lines_running: int
    problem: str | None


class Status(Readiness):
    """Everything at a glance. The prefix cache is null before the first request has ended."""

    name: Literal["hearth"]
    version: str
    uptime_seconds: float
    model: StatusModel
    queue: StatusQueue
    batch: StatusBatch
    prefix_cache: StatusPrefixCache | None
    answer_cache: StatusAnswerCache
    jobs: StatusJobs
    notes: list[str]


class Version(TypedDict):
    """The server's version, for people; clients had better not depend on it."""

    version: str


async def show_status(request: web.Request) -> web.Response:
    """For people and dashboards: name, version, model, uptime, queue and batch."""
    model = request.app[MANAGER].default
    batcher = model.batcher
    settings = request.app[SETTINGS]
    status: Status = {
        "name": "hearth",
        "version": VERSION,
        "uptime_seconds": round(time.monotonic() - STARTED_SECONDS, 1),
        **readiness(request.app[MANAGER]),
        "model": {"id": model.name, "context_length": model.context_length},
        "queue": {
            "waiting": batcher.num_waiting,
            "max": settings.max_waiting_requests,
            "refused": batcher.counts.num_refused,
            "not_begun": batcher.counts.num_not_begun,
            "timed_out": batcher.counts.num_timed_out,
        },
        "batch": {
            "running": batcher.num_running,
            "slots": model.max_slots,
            "step_age_seconds": batcher.step_age_seconds(),
        },
        "prefix_cache": prefix_cache(batcher.prefix_stats),
        "answer_cache": answer_cache(model.reuse),
        "jobs": jobs_status(request.app[JOBS]),
        "notes": list(model.notes),
    }
    return json_response(status)


def jobs_status(jobs: Jobs) -> StatusJobs:
    """How busy batches are."""
    batches = jobs.unfinished
    return {
        "batches": len(batches),
        "lines_left": sum(each.num_left for each in batches),
        "lines_running": jobs.num_lines_running,
        "problem": jobs.problem or jobs.trouble,
    }


def prefix_cache(stats: PrefixCacheStats | None) -> StatusPrefixCache | None:
    """As of the last request that ended; None before it, and where nothing is kept."""
    if stats is None:
        return None
    return {
        "bytes": stats.num_bytes,
        "max_bytes": stats.max_bytes,
        "tokens": stats.num_tokens,
        "prompt_tokens": stats.prompt_tokens,
        "hit_tokens": stats.hit_tokens,
        "missed_tokens": dict(stats.missed_tokens),
    }


def answer_cache(reuse: AnswerReuse) -> StatusAnswerCache:
    """Since the start; what is stored is as of the last look into the store."""
    counts, store = reuse.counts, reuse.store
    return {
        "hits": counts.hit,
        "shared": counts.shared,
        "misses": counts.miss,
        "answers": store.num_values if store else 0,
        "bytes": store.num_bytes if store else 0,
        "max_bytes": store.limits.max_bytes if store else 0,
    }


async def show_version(request: web.Request) -> web.Response:
    """The server's version; docs/versioning.md says what it promises."""
    version: Version = {"version": VERSION}
    return json_response(version)


async def show_health(request: web.Request) -> web.Response:
    """200 while the process can serve, or is on its way there."""
    state = request.app[MANAGER].default.state
    return json_response({"status": state}, status=503 if state in ("failed", "stopped") else 200)


async def show_readiness(request: web.Request) -> web.Response:
    """200 when a request would be computed now."""
    ready = readiness(request.app[MANAGER])
    return json_response(ready, status=200 if ready["status"] == "serving" else 503)


def readiness(manager: ModelManager) -> Readiness:
    """The state, and while loading how far it is."""
    model = manager.default
    if model.state != "loading":
        return {"status": model.state}
    progress = model.progress
    return {"status": "loading", "stage": progress.stage, "percent": progress.percent}
