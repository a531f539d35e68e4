"""What happens to every request: an id, one log line, and errors in its dialect's shape.

Thread: event loop.
"""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from loguru import logger

from api.caller import caller_of
from api.error_shapes import shape_error
from api.errors import INVALID, ApiError, ErrorKind, as_api_error, shorten
from api.ids import CURRENT_REQUEST_ID, new_id
from api.json_body import json_response

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CLIENT_LEFT = 499
"""nginx's status for a client that closed the connection first; seen in the log only."""

BODY_UNREAD = (408, 415)
"""After these the rest of the body is not worth waiting for."""

LOG_FIELDS: web.RequestKey[dict[str, object]] = web.RequestKey("log_fields", dict)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
RESPONSE_HEADERS: web.RequestKey[dict[str, str]] = web.RequestKey("response_headers", dict)
"""What a handler wants on its response, whatever that comes to be."""
ARRIVED_SECONDS: web.RequestKey[float] = web.RequestKey("arrived_seconds", float)


def new_request_id() -> str:
    """An id for a request, as OpenAI writes it."""
    return f"req_{new_id()}"


SECURITY_HEADERS = {
    "Server": "Hearth",  # aiohttp would tell its version and Python's
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CONTENT_SECURITY = "Content-Security-Policy"
NO_CONTENT = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page. A page says for itself what it needs."""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: every response carries the id that the log has."""
    # aiohttp answers some requests before any middleware has run.
    request_id = request.get(REQUEST_ID) or new_request_id()
    response.headers["x-request-id"] = request_id
    response.headers["request-id"] = request_id  # where Anthropic's clients look
    response.headers.update(SECURITY_HEADERS)
    response.headers.setdefault(CONTENT_SECURITY, NO_CONTENT)
    response.headers.update(request.get(RESPONSE_HEADERS, {}))


@web.middleware
async def log_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line per request at its end, with the fields that its handler adds to LOG_FIELDS."""
    request_id = request[REQUEST_ID] = new_request_id()
    CURRENT_REQUEST_ID.set(request_id)
    request[LOG_FIELDS] = {}
    request[RESPONSE_HEADERS] = {}
    request[ARRIVED_SECONDS] = time.monotonic()
    status = CLIENT_LEFT
    with logger.contextualize(id=request_id):  # so all that is logged meanwhile has it
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            _log_request(request, status)


def _log_request(request: web.Request, status: int) -> None:
    """Nothing of it is the client's own text but a path that is none of ours."""
    caller = caller_of(request)
    resource = request.match_info.route.resource
    is_news = request.method != "GET" or status == 500
    logger.bind(
        client=caller.address,
        key=caller.key_name,
        route=f"{request.method} {resource.canonical if resource else '*'}",
        path=shorten(request.path) if resource is None else "",
        status=request[LOG_FIELDS].pop("status", status),
        seconds=round(time.monotonic() - request[ARRIVED_SECONDS], 4),
        **request[LOG_FIELDS],
    ).log("INFO" if is_news else "DEBUG", "request")


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into an error body."""
    try:
        return await handler(request)
    except Exception as error:
        api_error = note_error(request, error)
        return error_response(api_error, path=request.path, request_id=request[REQUEST_ID])


def note_error(request: web.Request, error: Exception) -> ApiError:
    """What the client is told, and in the log what it was."""
    api_error = as_api_error(error)
    kind = api_error.kind
    request[LOG_FIELDS].update(status=kind.status, error=kind.code, param=kind.param)
    if kind.status == 500:
        logger.opt(exception=error).error("request failed")
    return api_error


async def answer_expect(request: web.Request) -> web.StreamResponse | None:
    """Answer an Expect header; aiohttp asks before the middlewares run."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
        return None
    message = f"Expect: {shorten(request.headers['Expect'])} cannot be met; leave the header out."
    return error_response(ApiError(message, ErrorKind(417, INVALID)), path=request.path)


def error_response(error: ApiError, *, path: str = "/", request_id: str = "") -> web.Response:
    """An error as a whole response, in the shape of the path's dialect."""
    status, body = shape_error(error, path=path, request_id=request_id)
    response = json_response(body, status=status, headers=error.headers)
    if error.kind.status in BODY_UNREAD:
        response.force_close()
    return response
