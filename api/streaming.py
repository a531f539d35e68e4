"""Sending answers as they are made, in whatever dialect a writer speaks.

Thread: event loop.
"""

from contextlib import suppress
from typing import Protocol

from aiohttp import web

from api.access import until_key_ends
from api.answers import Answers
from api.errors import ApiError
from api.keys import SETTINGS
from api.middleware import CLIENT_LEFT, LOG_FIELDS, note_error
from prompts.answer import AnswerEvent

SENT: web.RequestKey[bytearray] = web.RequestKey("sent", bytearray)
"""What a stream has sent, of a request whose answer may be wanted again."""

RAREST = 4
"""While a stream waits for its first token, its comments become up to so many times as rare:
thousands may wait, and what is written to them is taken from those that run."""


class AnswerWriter(Protocol):
    """One dialect's bytes for the answers to one request; each call returns whole frames."""

    @property
    def content_type(self) -> str:
        """Of the stream."""

    def start(self) -> list[bytes]:
        """What comes before the first event; sent together with it."""

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        """What these events of an answer are on the wire."""

    def end(self, index: int) -> list[bytes]:
        """What closes an answer that has ended."""

    def finish(self) -> list[bytes]:
        """What closes the stream when all answers have ended."""

    def keep_alive(self) -> list[bytes]:
        """What is sent while nothing comes, perhaps before `start`."""

    def fail(self, error: ApiError) -> list[bytes]:
        """What tells the client that the stream has failed; nothing follows."""


class FrameStream:
    """One response that carries frames. Nothing is sent before the first one."""

    def __init__(self, request: web.Request, content_type: str) -> None:
        self._request = request
        self._sent = request.get(SENT)
        self.response = web.StreamResponse(
            headers={
                "Content-Type": content_type,
                "Cache-Control": "no-cache",
                "X-Accel-Buffering": "no",
            }
        )

    @property
    def has_begun(self) -> bool:
        """Whether headers are out: from then on an error must be a frame."""
        return self.response.prepared

    async def send(self, frames: list[bytes]) -> None:
        """All in one write: the system call costs more than the frames."""
        await self._begin()
        await self.response.write(self._noted(frames))

    async def finish(self, frames: list[bytes]) -> None:
        """The last frames; then the connection is free at once."""
        await self._begin()
        await self.response.write_eof(self._noted(frames))

    def _noted(self, frames: list[bytes]) -> bytes:
        joined = b"".join(frames)
        if self._sent is not None:
            self._sent += joined
        return joined

    async def _begin(self) -> None:
        if not self.response.prepared:
            await self.response.prepare(self._request)


async def stream_answers(
    request: web.Request, writer: AnswerWriter, answers: Answers
) -> web.StreamResponse:
    """Send the answers. A stream that fails ends with a frame that says so and never as one that
    went well: clients take a clean end for success."""
    stream = FrameStream(request, writer.content_type)
    patience_seconds = request.app[SETTINGS].keep_alive_seconds
    try:
        with until_key_ends(request):
            await _send_frames(stream, writer, answers, patience_seconds=patience_seconds)
    except ConnectionError:
        # The client left between two writes; there is nobody to tell.
        request[LOG_FIELDS]["status"] = CLIENT_LEFT
    except Exception as error:
        if not stream.has_begun:
            raise
        api_error = note_error(request, error)
        with suppress(ConnectionError):
            await stream.send(writer.fail(api_error))
    return stream.response


async def _send_frames(
    stream: FrameStream, writer: AnswerWriter, answers: Answers, *, patience_seconds: float
) -> None:
    """The frames of a stream that goes well, with a sign of life whenever the wait is long."""
    frames: list[bytes] | None = None
    wait_seconds = patience_seconds
    while not answers.have_ended:
        try:
            found = await answers.next_events(patience_seconds=wait_seconds)
        except TimeoutError:
            await stream.send(writer.keep_alive())
            if frames is None:
                wait_seconds = min(2 * wait_seconds, RAREST * patience_seconds)
            continue
        wait_seconds = patience_seconds
        frames = writer.start() if frames is None else []
        for index, new_events in found:
            frames += writer.frames(index, new_events)
            if answers.generations[index].has_ended:
                frames += writer.end(index)
        if frames and not answers.have_ended:
            await stream.send(frames)
            frames = []
    await stream.finish([*(frames or []), *writer.finish()])
