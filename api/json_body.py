"""JSON in and out, with orjson.

Thread: event loop.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from api.errors import InvalidRequest


async def read_json_object(request: web.Request) -> dict[str, Any]:
    """The request's body, which must be a JSON object, whatever its Content-Type says.

    Raises:
        InvalidRequest: it is not JSON, or not an object.
        HTTPRequestEntityTooLarge: it is larger than the app allows.
    """
    try:
        raw = await request.read()
    except web.RequestPayloadError:
        raise InvalidRequest("The body cannot be unpacked as its headers say.", code=None) from None
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}.", code=None) from None
    if not isinstance(body, dict):
        raise InvalidRequest(
            f"The body must be a JSON object, not {type(body).__name__}.", code="invalid_type"
        )
    return body


def json_response(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON response."""
    return web.Response(
        body=orjson.dumps(value), status=status, headers=headers, content_type="application/json"
    )
