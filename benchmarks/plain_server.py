"""Hearth without log lines, counters and keys: `python -m benchmarks.plain_server real|fake`.

Thread: event loop (the main thread), and the inference thread that the server starts.

What these three cost is measured against it. Numbers that batching keeps for its own decisions
and for metrics alike are kept here too.
"""

import sys
import time

from aiohttp import web

import api.app
import server
from api.middleware import (
    ARRIVED_SECONDS,
    LOG_FIELDS,
    REQUEST_ID,
    RESPONSE_HEADERS,
    Handler,
    new_request_id,
)
from benchmarks import fake_server


@web.middleware
async def begin_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What handlers rely on, in place of the request's line."""
    request[REQUEST_ID] = new_request_id()
    request[LOG_FIELDS] = {}
    request[RESPONSE_HEADERS] = {}
    request[ARRIVED_SECONDS] = time.monotonic()
    return await handler(request)


@web.middleware
async def pass_on(request: web.Request, handler: Handler) -> web.StreamResponse:
    return await handler(request)


STAND_INS = {"log_requests": begin_request, "count_requests": pass_on, "let_in": pass_on}


def main(engine: str, *flags: str) -> int:
    for name, stand_in in STAND_INS.items():
        setattr(api.app, name, stand_in)
    return fake_server.main([*flags]) if engine == "fake" else server.main([*flags])


if __name__ == "__main__":
    server.leave(main(*sys.argv[1:]))
