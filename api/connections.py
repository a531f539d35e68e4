"""What one connection may take: how many there are, and how slow their clients may be.

Thread: event loop.

A client that sends slowly holds a connection, and one that reads slowly holds its answer, perhaps
with a row of the batch. Both are cut after a set time.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from loguru import logger

from access.addresses import Network, is_in
from api.errors import INVALID, ApiError, ErrorKind

RETRY_SECONDS = 5
"""When a client that found no room may try again."""

LATE = ErrorKind(408, INVALID, "request_timeout")
TOO_MANY_OF_CLIENT = ErrorKind(429, "requests", "too_many_connections")
TOO_MANY = ErrorKind(503, "server_error", "too_many_connections")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """See the settings of the same names. A trusted proxy stands for many clients: for it there is
    no limit of its own."""

    max_connections: int = 4096
    max_connections_per_client: int = 1024
    receive_timeout_seconds: float = 60.0
    send_timeout_seconds: float = 60.0
    trusted_proxies: Sequence[Network] = ()


DEFAULT_LIMITS = ConnectionLimits()


class Connections:
    """Counts those that are open."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._num_of: Counter[str] = Counter()

    def add(self, address: str) -> None:
        """Count one more connection.

        Raises:
            ApiError: there are too many already.
        """
        limits = self.limits
        is_full = self._num_of[address] >= limits.max_connections_per_client
        if is_full and not is_in(address, limits.trusted_proxies):
            raise ApiError(
                f"{address} has {self._num_of[address]} connections, the limit "
                "(--max-connections-per-client). Close some, or use them again.",
                TOO_MANY_OF_CLIENT,
            )
        if self._num_of.total() >= limits.max_connections:
            raise ApiError(
                f"The server has {limits.max_connections} connections, the limit "
                "(--max-connections). Try again later.",
                TOO_MANY,
            )
        self._num_of[address] += 1

    def remove(self, address: str) -> None:
        """Count one less; whoever has none is forgotten."""
        self._num_of[address] -= 1
        if not self._num_of[address]:
            del self._num_of[address]


class PatientConnection(web.RequestHandler):
    """A connection that is counted, and cut when its client is too slow.

    NOTE: aiohttp has no hook for these; `_request_count` and `_current_request` are its own.
    """

    __slots__ = ("_address", "_head_timer", "_open_connections", "_send_timer")

    def __init__(
        self, manager: web.Server, *, open_connections: Connections, **options: Any
    ) -> None:
        super().__init__(manager, **options)
        self._open_connections = open_connections
        self._address: str | None = None
        self._head_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or say why not."""
        assert isinstance(transport, asyncio.Transport)
        address = _address_of(transport)
        try:
            self._open_connections.add(address)
        except ApiError as error:
            logger.bind(client=address).debug("connection refused: {}", error.message)
            self.force_close()
            _say_last(transport, error)
            return
        self._address = address
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget it."""
        if self._address is not None:
            self._open_connections.remove(self._address)
            self._address = None
        for timer in (self._head_timer, self._send_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A head that has begun has to end in time."""
        num_before = self._request_count
        super().data_received(data)
        if self._request_count > num_before:
            self._head_arrived()
        elif self._current_request is None and self._head_timer is None:
            self._expect_head()

    def pause_writing(self) -> None:
        """The client reads more slowly than we write."""
        super().pause_writing()
        seconds = self._open_connections.limits.send_timeout_seconds
        self._send_timer = self._loop.call_later(seconds, self._reads_nothing)

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._send_timer:
            self._send_timer.cancel()
            self._send_timer = None

    def _expect_head(self) -> None:
        seconds = self._open_connections.limits.receive_timeout_seconds
        self._head_timer = self._loop.call_later(seconds, self._head_is_late)

    def _head_arrived(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._current_request is not None or self.transport is None:
            return
        seconds = self._open_connections.limits.receive_timeout_seconds
        message = f"The head of a request did not arrive within {seconds:g} s."
        logger.bind(client=self._address).debug("connection cut: {}", message)
        transport = self.transport
        _say_last(transport, ApiError(message, LATE))
        self.force_close()

    def _reads_nothing(self) -> None:
        self._send_timer = None
        if self.transport is not None:
            seconds = self._open_connections.limits.send_timeout_seconds
            logger.bind(client=self._address).info(
                "connection cut: its client read nothing for {:g} s", seconds
            )
            # Not close(): that would wait until what is buffered has been read.
            self.transport.abort()


def _address_of(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) else ""


def _say_last(transport: asyncio.Transport, error: ApiError) -> None:
    """An error outside any request, and the end of the connection."""
    body = orjson.dumps(error.body())
    head = (
        f"HTTP/1.1 {error.kind.status} Refused\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nRetry-After: {RETRY_SECONDS}\r\nConnection: close\r\n\r\n"
    )
    transport.write(head.encode() + body)
    transport.close()
