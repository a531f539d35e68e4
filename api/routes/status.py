"""GET /, /health and /ready: what the server is, whether it lives, whether it answers.

Thread: event loop.
"""

import time
from typing import Any

from aiohttp import web

from api.json_body import json_response
from api.keys import MANAGER, SETTINGS
from batching.engine.protocol import PrefixCacheStats
from model_manager import ModelManager
from settings import read_version

STARTED_SECONDS = time.monotonic()
VERSION = read_version()


async def show_status(request: web.Request) -> web.Response:
    """For people and dashboards: name, version, model, uptime, queue and batch."""
    model = request.app[MANAGER].default
    batcher = model.batcher
    settings = request.app[SETTINGS]
    return json_response(
        {
            "name": "hearth",
            "version": VERSION,
            "uptime_seconds": round(time.monotonic() - STARTED_SECONDS, 1),
            **readiness(request.app[MANAGER]),
            "model": {"id": model.name, "context_length": model.context_length},
            "queue": {"waiting": batcher.num_waiting, "max": settings.max_waiting_requests},
            "batch": {
                "running": batcher.num_running,
                "slots": model.max_slots,
                "step_age_seconds": batcher.step_age_seconds(),
            },
            "prefix_cache": prefix_cache(batcher.prefix_stats),
            "notes": model.notes,
        }
    )


def prefix_cache(stats: PrefixCacheStats | None) -> dict[str, Any] | None:
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


async def show_health(request: web.Request) -> web.Response:
    """200 while the process can serve, or is on its way there."""
    state = request.app[MANAGER].default.state
    return json_response({"status": state}, status=503 if state in ("failed", "stopped") else 200)


async def show_readiness(request: web.Request) -> web.Response:
    """200 when a request would be computed now."""
    ready = readiness(request.app[MANAGER])
    return json_response(ready, status=200 if ready["status"] == "serving" else 503)


def readiness(manager: ModelManager) -> dict[str, Any]:
    """The state, and while loading how far it is."""
    model = manager.default
    if model.state != "loading":
        return {"status": model.state}
    progress = model.progress
    return {"status": "loading", "stage": progress.stage, "percent": progress.percent}
