"""Server-sent events: frames, keep-alive comments and endings of a stream.

Thread: event loop. Source: the WHATWG HTML standard, "Server-sent events", and what OpenAI's
clients accept: comments pass, an empty `data:` or an unknown event does not.
"""

from collections.abc import Iterable

from aiohttp import web

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
}


class EventStream:
    """One response that carries events. Nothing is sent before the first event or comment."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse(headers=HEADERS)

    @property
    def has_begun(self) -> bool:
        """Whether headers are out: from then on an error must be an event."""
        return self._response.prepared

    @property
    def response(self) -> web.StreamResponse:
        return self._response

    async def send(self, *events: bytes) -> None:
        """Events, each a JSON text, in one write: the system call costs more than the events."""
        await self._begin()
        await self._response.write(_frames(events))

    async def keep_alive(self) -> None:
        """A comment, so that no proxy or client takes a long wait for a dead connection."""
        await self._begin()
        await self._response.write(b": keep-alive\n\n")

    async def finish(self, *events: bytes) -> None:
        """The last events and the mark without which a stream has failed; then the connection is
        free at once."""
        await self._begin()
        await self._response.write_eof(_frames(events) + b"data: [DONE]\n\n")

    async def _begin(self) -> None:
        if not self._response.prepared:
            await self._response.prepare(self._request)


def _frames(events: Iterable[bytes]) -> bytes:
    return b"".join([b"data: " + event + b"\n\n" for event in events])
