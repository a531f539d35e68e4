"""The folder with the contents of files, each under its id.

Thread: event loop; the disk is touched by asyncio's own pool.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from jobs.errors import StorageFault, TooLarge
from jobs.opening import open_file

WRITE_BYTES = 1_000_000
"""What is gathered before a write: each is a trip to another thread."""

INCOMING = "incoming-"


class FileArea:
    """A folder of files that are whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, file_id: str) -> Path:
        return self._folder / file_id

    async def remove(self, file_id: str) -> None:
        """Also of a file that is gone already."""
        with _as_storage_fault(self._folder):
            await asyncio.to_thread(self.path(file_id).unlink, missing_ok=True)

    async def keep_only(self, file_ids: Collection[str]) -> int:
        """Remove what no record speaks of: an upload or an output that a kill interrupted."""
        with _as_storage_fault(self._folder):
            return await asyncio.to_thread(self._keep_only, frozenset(file_ids))

    def write(
        self,
        file_id: str,
        *,
        max_bytes: int | None = None,
        before_write: Callable[[], Awaitable[None]] | None = None,
    ) -> "FileWriter":
        """A new file, to be used in `async with`; it is there once `keep` was called.

        `before_write` may refuse what is gathered: by then `num_bytes` counts it.
        """
        return FileWriter(self._folder, file_id, max_bytes=max_bytes, before_write=before_write)

    def _keep_only(self, file_ids: frozenset[str]) -> int:
        others = [path for path in self._folder.iterdir() if path.name not in file_ids]
        for path in others:
            path.unlink()
        return len(others)


class FileWriter:
    """Writes a file beside its place, and moves it there when it is whole."""

    def __init__(
        self,
        folder: Path,
        file_id: str,
        *,
        max_bytes: int | None,
        before_write: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._folder = folder
        self.file_id = file_id
        self._place = folder / file_id
        self._path = folder / f"{INCOMING}{file_id}"
        self._max_bytes = max_bytes
        self._before_write = before_write
        self._gathered = bytearray()
        self._file: BinaryIO | None = None
        self.num_bytes = 0

    async def __aenter__(self) -> Self:
        with _as_storage_fault(self._folder):
            self._file = await open_file(self._path, "wb")
        return self

    async def __aexit__(self, *raised: object) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # what was not kept need not be whole
                self._file.close()
            self._path.unlink(missing_ok=True)

    async def add(self, piece: bytes) -> None:
        """Append.

        Raises:
            TooLarge: the file would have more than `max_bytes`.
            StorageFault: the disk is full, or fails, or there is no room for it.
        """
        self.num_bytes += len(piece)
        if self._max_bytes is not None and self.num_bytes > self._max_bytes:
            raise TooLarge(f"The file has more than {self._max_bytes:,} bytes, the limit.")
        self._gathered += piece
        if len(self._gathered) >= WRITE_BYTES:
            if self._before_write:
                await self._before_write()
            await self._write_out()

    async def keep(self) -> None:
        """Put the file in its place, for good.

        Raises:
            StorageFault: the disk is full, or fails.
        """
        await self._write_out()
        with _as_storage_fault(self._folder):
            await asyncio.to_thread(self._keep)
        self._file = None

    async def _write_out(self) -> None:
        assert self._file is not None
        gathered, self._gathered = self._gathered, bytearray()
        with _as_storage_fault(self._folder):
            await asyncio.to_thread(self._file.write, gathered)

    def _keep(self) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.rename(self._place)
        folder = os.open(self._folder, os.O_RDONLY)  # the name is kept by the folder's own fsync
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _as_storage_fault(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageFault(
            f"{folder} cannot be written: {reason}. Make room there, or choose another --data-dir."
        ) from None
