"""A response that was sent, as values, and as bytes to be stored.

Thread: both (pure).
"""

from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """`request_digest` tells which request it answers. A stream is sent as one again."""

    request_digest: bytes
    status: int
    content_type: str
    is_stream: bool
    body: bytes


def encode_response(response: StoredResponse) -> bytes:
    """A line of JSON, and the body as it is."""
    head = [
        response.request_digest.hex(),
        response.status,
        response.content_type,
        response.is_stream,
    ]
    return orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE) + response.body


def decode_response(raw: bytes) -> StoredResponse:
    """What `encode_response` was given.

    Raises:
        ValueError, TypeError: it is something else.
    """
    head, _, body = raw.partition(b"\n")
    request_digest, status, content_type, is_stream = orjson.loads(head)
    return StoredResponse(bytes.fromhex(request_digest), status, content_type, is_stream, body)
