"""What happens to every request: an id, one log line, and errors in OpenAI's shape.

Thread: event loop.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web
from loguru import logger

from api.errors import ApiError, as_api_error, shorten
from api.json_body import json_response

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CLIENT_LEFT = 499
"""nginx's status for a client that closed the connection first; seen in the log only."""

LOG_FIELDS: web.RequestKey[dict[str, object]] = web.RequestKey("log_fields", dict)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


async def add_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: every response carries the id that the log has."""
    response.headers["x-request-id"] = request[REQUEST_ID]


@web.middleware
async def log_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line per request at its end, with the fields that its handler adds to LOG_FIELDS."""
    request[REQUEST_ID] = f"req_{uuid.uuid4().hex}"
    request[LOG_FIELDS] = {}
    start_seconds = time.monotonic()
    status = CLIENT_LEFT
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        seconds = time.monotonic() - start_seconds
        is_news = request.method != "GET" or status == 500
        logger.bind(
            id=request[REQUEST_ID],
            route=f"{request.method} {shorten(request.path)}",
            status=status,
            seconds=round(seconds, 3),
            **request[LOG_FIELDS],
        ).log("INFO" if is_news else "DEBUG", "request")


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into an error body."""
    try:
        return await handler(request)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        api_error = as_api_error(error)
        request[LOG_FIELDS].update(error=api_error.kind.code, param=api_error.kind.param)
        if api_error.kind.status == 500:
            logger.bind(id=request[REQUEST_ID]).opt(exception=error).error("request failed")
        return error_response(api_error)


def error_response(error: ApiError) -> web.Response:
    """An error as a whole response."""
    return json_response(error.body(), status=error.kind.status, headers=error.headers)
