"""JSON in and out, with orjson.

Thread: event loop.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from aiohttp import web

from api.errors import INVALID, ApiError, ErrorKind, InvalidRequest, shorten
from api.keys import SETTINGS

MAX_ARRIVING_BYTES = 256_000_000
"""Of all bodies that are still on their way."""

TOO_MUCH = ErrorKind(503, "server_error", "too_many_bodies")


class ArrivingBodies:
    """Counts bodies that are still on their way, each as large as it may become."""

    def __init__(self) -> None:
        self.num_bytes = 0

    @contextmanager
    def counted(self, request: web.Request) -> Iterator[None]:
        """One of them. Raises ApiError if they were too much together."""
        length = request.content_length
        largest = request.client_max_size
        num_bytes = largest if length is None else min(length, largest)
        if self.num_bytes and self.num_bytes + num_bytes > MAX_ARRIVING_BYTES:
            message = (
                f"Bodies of {self.num_bytes:,} bytes are arriving, and {num_bytes:,} more would "
                f"exceed the limit of {MAX_ARRIVING_BYTES:,}. Try again."
            )
            raise ApiError(message, TOO_MUCH, headers={"Retry-After": "1"})
        self.num_bytes += num_bytes
        try:
            yield
        finally:
            self.num_bytes -= num_bytes


ARRIVING: web.AppKey[ArrivingBodies] = web.AppKey("arriving", ArrivingBodies)


async def read_json_object(request: web.Request) -> dict[str, Any]:
    """The request's body, which must be a JSON object, whatever its Content-Type says.

    Raises:
        InvalidRequest: it is not JSON, or not an object.
        ApiError, HTTPRequestEntityTooLarge: as `read_body` does.
    """
    raw = await read_body(request)
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}.", code=None) from None
    if not isinstance(body, dict):
        raise InvalidRequest(
            f"The body must be a JSON object, not {type(body).__name__}.", code="invalid_type"
        )
    return body


async def read_body(request: web.Request) -> bytes:
    """The request's body as it came; it may be read again.

    Raises:
        InvalidRequest: it is not framed as HTTP says.
        ApiError: it is compressed, does not arrive, or too many arrive at the moment.
        HTTPRequestEntityTooLarge: it is larger than the app allows.
    """
    refuse_packed(request)
    limit_seconds = request.app[SETTINGS].receive_timeout_seconds
    try:
        if request.content.is_eof():  # as most do, in one piece with their head
            return await request.read()
        async with asyncio.timeout(limit_seconds):
            with request.app[ARRIVING].counted(request):
                return await request.read()
    except TimeoutError:
        message = f"The body did not arrive within {limit_seconds:g} s."
        raise ApiError(message, ErrorKind(408, INVALID)) from None
    except web.RequestPayloadError:
        raise InvalidRequest("The body is not framed as its headers say.", code=None) from None


def refuse_packed(request: web.Request) -> None:
    """Refuse a compressed body: a small one may unpack to more than anybody has room for.

    Raises:
        ApiError: it is compressed.
    """
    for encoding in request.headers.getall("Content-Encoding", []):
        if encoding.strip().lower() != "identity":
            raise ApiError(
                f"Content-Encoding {shorten(encoding)} is not supported; send the body as it is.",
                ErrorKind(415, INVALID),
            )
    framing = request.headers.get("Transfer-Encoding", "chunked")
    if framing.strip().lower() != "chunked":  # such as gzip, chunked
        raise ApiError(
            f"Transfer-Encoding {shorten(framing)} is not supported; chunked is.",
            ErrorKind(415, INVALID),
        )


def json_response(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON response."""
    return web.Response(
        body=orjson.dumps(value), status=status, headers=headers, content_type="application/json"
    )
