"""Idempotency-Key: a POST that is sent again is answered again, and not done again.

Thread: event loop.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/; Stripe's API.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from api.errors import INVALID, ApiError, ErrorKind, InvalidRequest
from api.json_body import read_body
from api.middleware import LOG_FIELDS, Handler
from api.reuse import reuse_of_request
from api.streaming import SENT, FrameStream
from reuse.blob_store import BlobStore, StoreLimits
from reuse.stored_response import StoredResponse, decode_response, encode_response

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

MAX_KEY_CHARACTERS = 255
MAX_BYTES = 64_000_000
MAX_AGE_SECONDS = 86_400.0
MAX_RESPONSE_BYTES = 8_000_000
"""A longer response is not kept: the request would be done again."""

LOOKUP_SECONDS = 2.0
RETRY_SECONDS = 1

_REUSED = ErrorKind(422, INVALID, "idempotency_key_reused", HEADER)
_IN_USE = ErrorKind(409, INVALID, "idempotency_key_in_use", HEADER)


ONCE: web.RequestKey[str] = web.RequestKey("once", str)
"""What a request with a key and its repetitions have in common, and no other request: for what is
kept with the response's subject itself, because the response may not come to be."""


class KeptResponses:
    """The responses to requests that had a key, and which of them are being made."""

    def __init__(self, folder: Path) -> None:
        self._store = BlobStore(
            folder / "idempotency.db",
            limits=StoreLimits(MAX_BYTES, MAX_AGE_SECONDS),
            encode=encode_response,
            decode=decode_response,
        )
        self._running: dict[bytes, bytes] = {}
        """The digests of requests, by key."""

    @contextmanager
    def claimed(self, key: bytes, request_digest: bytes) -> Iterator[None]:
        """Nobody else does what this key stands for meanwhile.

        Raises:
            ApiError: somebody does already.
        """
        if key in self._running:
            check_same(self._running[key], request_digest)
            raise ApiError(
                f"A request with this {HEADER} is being answered. Wait for it, or retry later.",
                _IN_USE,
                headers={"Retry-After": str(RETRY_SECONDS), "x-should-retry": "true"},
            )
        self._running[key] = request_digest
        try:
            yield
        finally:
            del self._running[key]

    async def find(self, key: bytes) -> StoredResponse | None:
        """What the first request with the key was answered."""
        look = self._store.get(key)
        await asyncio.wait([look], timeout=LOOKUP_SECONDS)
        return look.result() if look.done() else None

    def keep(self, key: bytes, response: StoredResponse) -> None:
        """For `MAX_AGE_SECONDS`, unless others need the room."""
        if len(response.body) <= MAX_RESPONSE_BYTES:
            self._store.put(key, response)

    async def close(self) -> None:
        """Write what is to be written."""
        await self._store.close()


KEPT: web.AppKey[KeptResponses] = web.AppKey("kept_responses", KeptResponses)


async def close_kept(app: web.Application) -> AsyncIterator[None]:
    """Clean-up context of the application."""
    yield
    await app[KEPT].close()


@web.middleware
async def answer_once(request: web.Request, handler: Handler) -> web.StreamResponse:
    """With a key that is known, send what was sent. Uploads are read by their handlers alone, so
    their key is not looked at."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST" or request.content_type.startswith("multipart/"):
        return await handler(request)
    reuse = reuse_of_request()
    place = _place(key, owner=reuse.owner)
    asked = hashlib.sha256(request.raw_path.encode() + b"\n" + await read_body(request)).digest()
    kept = request.app[KEPT]
    with kept.claimed(place, asked):
        stored = await kept.find(place)
        if stored is None:
            request[SENT] = bytearray()
            if reuse.policy != "apart":
                request[ONCE] = (place + asked).hex()
            response = await handler(request)
            # A stream that failed has its own status in the log, whatever its head said.
            went_well = response.status < 400 and "status" not in request[LOG_FIELDS]
            if went_well and reuse.policy != "apart":
                kept.keep(place, _taken_down(response, asked, bytes(request[SENT])))
            return response
    check_same(stored.request_digest, asked)
    return await _replay(request, stored)


def check_same(kept: bytes, asked: bytes) -> None:
    """Refuse a key that stands for another request.

    Raises:
        ApiError: it does.
    """
    if kept != asked:
        raise ApiError(
            f"This {HEADER} was sent with another body or to another path within the last "
            f"{MAX_AGE_SECONDS / 3600:.0f} hours. Use a new key for a new request.",
            _REUSED,
        )


def _place(key: str, *, owner: str) -> bytes:
    if not 0 < len(key) <= MAX_KEY_CHARACTERS:
        raise InvalidRequest(
            f"Invalid '{HEADER}': it has {len(key)} characters; allowed are 1 to "
            f"{MAX_KEY_CHARACTERS}. A UUID is a good one.",
            param=HEADER,
        )
    return hashlib.sha256(f"{owner}\n{key}".encode(errors="surrogateescape")).digest()


def _taken_down(response: web.StreamResponse, request_digest: bytes, sent: bytes) -> StoredResponse:
    whole = response.body if isinstance(response, web.Response) else None
    body = whole if isinstance(whole, bytes | bytearray) else b""
    is_stream = not isinstance(response, web.Response)
    content_type = response.headers["Content-Type"]
    return StoredResponse(
        request_digest, response.status, content_type, is_stream, sent if is_stream else bytes(body)
    )


async def _replay(request: web.Request, stored: StoredResponse) -> web.StreamResponse:
    if stored.is_stream:
        stream = FrameStream(request, stored.content_type)
        stream.response.headers[REPLAYED] = "true"
        await stream.finish([stored.body])
        return stream.response
    return web.Response(
        body=stored.body,
        status=stored.status,
        headers={"Content-Type": stored.content_type, REPLAYED: "true"},
    )
