"""One HTTP connection of the load client: sends requests and notes when text comes back.

Thread: event loop (of the load client's process).

It reads only what it needs: the head, line ends, whether an event carries text, and the usage.
A JSON parser would cost more than the server under test spends on an event.
"""

import asyncio
import re
import time
from collections.abc import Callable

from benchmarks.loads import Answer

TEXT = re.compile(rb'"(?:content|text|reasoning_content)": ?"[^"]')
PROMPT_TOKENS = re.compile(rb'"prompt_tokens": ?(\d+)')
COMPLETION_TOKENS = re.compile(rb'"completion_tokens": ?(\d+)')
CACHED_TOKENS = re.compile(rb'"cached_tokens": ?(\d+)')
CONTENT_LENGTH = re.compile(rb"content-length: *(\d+)")

MAX_ERROR_LENGTH = 300


class Exchange(asyncio.Protocol):
    """A connection; it can be used again when an answer left it open."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer = Answer()
        self._on_piece: Callable[[], None] = lambda: None
        self._ended: asyncio.Future[None] | None = None
        self._begun_seconds = 0.0
        self._start_over()

    def _start_over(self) -> None:
        self._head = b""
        self._rest = b""
        self._body = bytearray()
        self._num_left: int | None = None
        self._is_events = False
        self._is_chunked = False
        self._last_chunk_seen = False
        self._stays_open = False

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def send(
        self,
        request: bytes,
        answer: Answer,
        *,
        begun_seconds: float,
        on_piece: Callable[[], None],
    ) -> None:
        """Send a whole request and fill `answer` until its end; times count from
        `begun_seconds`."""
        assert self._transport is not None
        self._start_over()
        self._answer, self._on_piece, self._begun_seconds = answer, on_piece, begun_seconds
        self._ended = asyncio.get_running_loop().create_future()
        answer.sent_seconds = self._now()
        self._transport.write(request)
        await self._ended

    def give_up(self) -> None:
        """Hang up, as a client does that has lost interest; an answer that is whole stays so."""
        if not self._has_ended:
            self._answer.was_given_up = True
        self.hang_up()
        self._end()

    def hang_up(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        is_whole = self._head and self._num_left is None and not self._is_chunked
        if not is_whole and not self._has_ended:
            self._answer.error = self._answer.error or f"connection lost: {error or 'closed'}"
        self._end()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._has_ended:
            return  # more than the answer that was announced; there is nothing to do with it
        if not self._head:
            self._rest += data
            head, found, data = self._rest.partition(b"\r\n\r\n")
            if not found:
                return
            self._rest = b""
            self._read_head(head)
        if self._is_events:
            self._read_events(data)
        else:
            self._read_body(data)

    @property
    def _has_ended(self) -> bool:
        return self._ended is None or self._ended.done()

    def _now(self) -> float:
        return time.monotonic() - self._begun_seconds

    def _read_head(self, head: bytes) -> None:
        self._head = head
        lowered = head.lower()
        self._answer.status = int(head.split(None, 2)[1])
        self._is_events = b"text/event-stream" in lowered
        self._is_chunked = b"transfer-encoding: chunked" in lowered
        self._stays_open = lowered.startswith(b"http/1.1") and b"connection: close" not in lowered
        if length := CONTENT_LENGTH.search(lowered):
            self._num_left = int(length[1])

    def _read_events(self, data: bytes) -> None:
        now = self._now()
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line.startswith(b"data: "):
                self._read_event(line, now)
            elif self._last_chunk_seen and line == b"\r":
                self._end()
            elif line == b"0\r":
                self._last_chunk_seen = True

    def _read_event(self, line: bytes, now: float) -> None:
        self._answer.num_events += 1
        if TEXT.search(line):
            self._answer.piece_seconds.append(now)
            self._on_piece()
        elif b'"error"' in line:
            self._answer.error = line[:MAX_ERROR_LENGTH].decode(errors="replace")
        if b'"completion_tokens"' in line:
            self._read_usage(line)

    def _read_body(self, data: bytes) -> None:
        self._body += data
        if self._num_left is not None:
            self._num_left -= len(data)
        is_last_chunk = self._is_chunked and self._body.endswith(b"0\r\n\r\n")
        if self._num_left == 0 or is_last_chunk:
            self._num_left = None
            self._is_chunked = False
            self._end()

    def _read_usage(self, text: bytes) -> None:
        self._answer.num_prompt_tokens = _number(PROMPT_TOKENS, text)
        self._answer.num_completion_tokens = _number(COMPLETION_TOKENS, text)
        self._answer.num_cached_tokens = _number(CACHED_TOKENS, text)

    def _end(self) -> None:
        if self._ended is None or self._ended.done():
            return
        self._answer.ended_seconds = self._now()
        if self._body:
            self._read_whole_answer(bytes(self._body))
        if not self._stays_open and self._transport is not None:
            self._transport.close()
        self._ended.set_result(None)

    def _read_whole_answer(self, body: bytes) -> None:
        if self._answer.status != 200:
            self._answer.error = (
                f"status {self._answer.status}: "
                + body[:MAX_ERROR_LENGTH].decode(errors="replace").strip()
            )
            return
        self._answer.piece_seconds.append(self._answer.ended_seconds)
        self._on_piece()
        self._read_usage(body)


def _number(pattern: re.Pattern[bytes], text: bytes) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None
