"""JSON in and out, with orjson.

Thread: event loop.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from api.errors import INVALID, ApiError, ErrorKind, InvalidRequest, shorten

BODY_SECONDS = 60.0
"""How long a body may take to arrive."""


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
        ApiError: it is compressed, or does not arrive.
        HTTPRequestEntityTooLarge: it is larger than the app allows.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        message = f"Content-Encoding {shorten(encoding)} is not supported; send the body as it is."
        raise ApiError(message, ErrorKind(415, INVALID))
    try:
        # Most bodies come in one piece with their head: for those no timer is set.
        seconds = None if request.content.is_eof() else BODY_SECONDS
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        message = f"The body did not arrive within {BODY_SECONDS:.0f} s."
        raise ApiError(message, ErrorKind(408, INVALID)) from None
    except web.RequestPayloadError:
        raise InvalidRequest("The body is not framed as its headers say.", code=None) from None


def json_response(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON response."""
    return web.Response(
        body=orjson.dumps(value), status=status, headers=headers, content_type="application/json"
    )
