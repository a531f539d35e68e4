"""Answers to what is not even HTTP, in the same shape as all other errors.

Thread: event loop. aiohttp answers malformed requests below the application, where no middleware
sees them, and has no hook for it but the connection class.
"""

from typing import Any

from aiohttp import web
from loguru import logger

from api.connections import DEFAULT_LIMITS, ConnectionLimits, Connections, PatientConnection
from api.errors import INTERNAL, INVALID, ApiError, ErrorKind
from api.middleware import SECURITY_HEADERS, error_response, new_request_id

LINGERING_SECONDS = 10.0


class _Connection(PatientConnection):
    """One client's connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer once, if nothing was sent yet, and close the connection."""
        if request.writer is not None and request.writer.output_size > 0:
            raise ConnectionError("the response had begun")
        request_id = new_request_id()
        if status >= 500:
            logger.bind(id=request_id).opt(exception=exc).error("request failed")
            error = ApiError("The server made a mistake; its log says more.", INTERNAL)
        else:
            logger.bind(id=request_id, client=request.remote).debug("malformed request")
            error = ApiError(f"Malformed HTTP: {_first_line(message)}", ErrorKind(status, INVALID))
        response = error_response(error)
        response.headers["x-request-id"] = request_id
        response.headers.update(SECURITY_HEADERS)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """What is left of a body after its answer may be broken: no fault of ours, and no news."""
        if isinstance(kw.get("exc_info"), web.RequestPayloadError):
            logger.debug("malformed rest of a body")
        else:
            super().log_exception(*args, **kw)


class _Server(web.Server):
    """Makes our kind of connection."""

    open_connections: Connections

    def __call__(self) -> _Connection:
        return _Connection(
            self, open_connections=self.open_connections, loop=self._loop, **self._kwargs
        )


class Runner(web.AppRunner):
    """An AppRunner that is told when clients leave and answers malformed HTTP in JSON."""

    def __init__(
        self,
        app: web.Application,
        *,
        shutdown_timeout: float,
        limits: ConnectionLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(
            app,
            # Without it a client that left would keep its slot to the end.
            handler_cancellation=True,
            # A small body may unpack to a large one; we refuse bodies that are packed.
            auto_decompress=False,
            # How long the rest of a refused body is read, so that its sender gets to the answer.
            lingering_time=min(LINGERING_SECONDS, limits.receive_timeout_seconds),
            access_log=None,
            shutdown_timeout=shutdown_timeout,
        )
        self._open_connections = Connections(limits)

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server
        assert isinstance(server, _Server)
        server.open_connections = self._open_connections
        return server


def _first_line(message: str | None) -> str:
    """aiohttp's reason without its drawing of the place."""
    return (message or "").strip().split("\n", 1)[0].rstrip(":. ") + "."
