"""Uploaded files and results of batches: what the endpoints ask for.

Thread: event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from jobs.errors import Conflict, StorageFault, UnknownId
from jobs.file_area import FileArea, FileWriter
from jobs.folder import JobsFolder
from jobs.records import INPUT_PURPOSE, KEPT_SECONDS, NOBODY, Batch, StoredFile, new_id
from jobs.store import JobStore, Order

MAX_FILE_BYTES = 200 * 1024 * 1024


class Files:
    """The files of an opened folder; every method raises JobsUnavailable while it is not open.

    `max_bytes` is for all files together, and `unfinished` the batches that may read some.
    """

    def __init__(
        self,
        folder: Callable[[], JobsFolder],
        unfinished: Callable[[], list[Batch]],
        max_bytes: int,
        now: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._unfinished = unfinished
        self._max_bytes = max_bytes
        self._now = now
        self._keeping = asyncio.Lock()
        """From the look for room to the record: two uploads must not find the same room."""
        self._arriving: set[FileWriter] = set()

    @asynccontextmanager
    async def receive(self) -> AsyncIterator[FileWriter]:
        """A place for an upload, to be kept by `keep`. All that arrive must fit as well.

        Raises:
            JobsUnavailable, StorageFault
        """
        await self._require_room_for_arriving()
        writer = self._area.write(
            new_id("file-"),
            max_bytes=MAX_FILE_BYTES,
            before_write=self._require_room_for_arriving,
        )
        self._arriving.add(writer)
        try:
            async with writer:
                yield writer
        finally:
            self._arriving.remove(writer)

    async def keep(
        self,
        writer: FileWriter,
        *,
        filename: str,
        purpose: str,
        seconds: int | None,
        owner: str = NOBODY,
    ) -> StoredFile:
        """Keep an upload, for so many seconds if they are given.

        Raises:
            StorageFault: there is no room for it.
        """
        async with self._keeping:
            await self._require_room(writer.num_bytes)
            return await self._record(writer, filename, purpose, seconds, owner)

    async def _record(
        self, writer: FileWriter, filename: str, purpose: str, seconds: int | None, owner: str
    ) -> StoredFile:
        created_unix = int(self._now())
        if seconds is None and purpose == INPUT_PURPOSE:
            seconds = KEPT_SECONDS
        expires_unix = None if seconds is None else created_unix + seconds
        await writer.keep()
        file = StoredFile(
            writer.file_id, filename, purpose, writer.num_bytes, created_unix, expires_unix, owner
        )
        try:
            await self._store.add_file(file)
        except StorageFault:
            await self._area.remove(file.id)
            raise
        return file

    async def get(self, file_id: str, *, owner: str | None = None) -> StoredFile:
        """One of an owner, or of anybody. Raises UnknownId."""
        file = await self._store.file(file_id)
        if file is None or owner not in (None, file.owner):
            raise UnknownId("file", file_id)
        return file

    async def list(
        self,
        *,
        after: str | None,
        limit: int,
        order: Order,
        purpose: str | None,
        owner: str | None = None,
    ) -> list[StoredFile]:
        """Those of an owner, or all. Raises UnknownId for an unknown `after`."""
        if after is not None:
            await self.get(after, owner=owner)
        return await self._store.files(
            after=after, limit=limit, order=order, purpose=purpose, owner=owner
        )

    async def content_path(self, file_id: str, *, owner: str | None = None) -> Path:
        """Where the bytes of a file are.

        Raises:
            UnknownId: there is no such file, or somebody removed it from the disk.
        """
        path = self._area.path((await self.get(file_id, owner=owner)).id)
        if not await asyncio.to_thread(path.is_file):
            raise UnknownId("file", file_id)
        return path

    async def remove(self, file_id: str, *, owner: str | None = None) -> None:
        """Raises UnknownId, or Conflict while a batch reads it."""
        file = await self.get(file_id, owner=owner)
        if batch := self._reader_of(file):
            raise Conflict(
                f"The file {file.id} is read by {batch.id}, which is {batch.status}. Cancel that "
                "first, or wait for its end."
            )
        await self._remove(file)

    async def remove_expired(self, now_unix: float) -> None:
        """Those that a batch still reads stay until it has ended."""
        for file in await self._store.expired_files(now_unix):
            if not self._reader_of(file):
                await self._remove(file)

    @property
    def _store(self) -> JobStore:
        return self._folder().store

    @property
    def _area(self) -> FileArea:
        return self._folder().area

    async def _require_room_for_arriving(self) -> None:
        """What comes at the same time and is not kept yet is on the disk all the same."""
        await self._require_room(sum(writer.num_bytes for writer in self._arriving) or 1)

    async def _require_room(self, num_bytes: int) -> None:
        num_held = await self._store.num_file_bytes()
        limit = self._max_bytes
        if num_held + num_bytes > limit:
            raise StorageFault(
                f"The files have {num_held:,} bytes, and {num_bytes:,} more would exceed the limit "
                f"of {limit:,} (--files-gb). Delete files: DELETE /v1/files/{{id}}."
            )

    def _reader_of(self, file: StoredFile) -> Batch | None:
        return next((each for each in self._unfinished() if each.input_file_id == file.id), None)

    async def _remove(self, file: StoredFile) -> None:
        """The record first: what has none is removed at the next start."""
        await self._store.remove_file(file.id)
        await self._area.remove(file.id)
