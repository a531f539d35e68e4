"""The way of a file out of the server.

Thread: event loop; the kernel sends it.
"""

import asyncio
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from loguru import logger

from api.batches.upload import MIN_BYTES_PER_SECOND


class SentFile(web.FileResponse):
    """A file whose reader has its time, by the file's size; then the connection is cut.

    While the kernel sends, nobody else would notice a client that stops reading.
    """

    def __init__(self, path: Path, *, num_bytes: int, timeout_seconds: float) -> None:
        super().__init__(path, headers={"Content-Type": "application/octet-stream"})
        self._seconds = timeout_seconds + num_bytes / MIN_BYTES_PER_SECOND

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send head and file; aiohttp calls it when the handler has returned.

        Raises:
            ConnectionResetError: the client has read too slowly.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await super().prepare(request)
        except TimeoutError:
            logger.info("connection cut: a file was not read in {:.0f} s", self._seconds)
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("the client read too slowly") from None
