"""Where jobs are kept: the lock on the folder, the database and the file area.

Thread: event loop; the lock and what renames run in asyncio's own pool.
"""

import asyncio
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from jobs.errors import DamagedStore, StorageFault
from jobs.file_area import FileArea
from jobs.sqlite_store import SqliteStore

DATABASE = "jobs.sqlite"


@dataclass(frozen=True, slots=True)
class JobsFolder:
    """An opened folder. The lock is this process's until the folder is closed."""

    store: SqliteStore
    area: FileArea
    lock: int

    async def close(self) -> None:
        try:
            await self.store.close()
        finally:
            os.close(self.lock)


async def open_folder(data_dir: Path) -> JobsFolder:
    """Open `jobs` in the data directory, or make it.

    A damaged database is put aside together with its files, and a new one begun: batches can be
    sent again, and nothing that could be saved from it is lost.

    Raises:
        StorageFault: it is another server's, or cannot be used.
    """
    folder = data_dir / "jobs"
    lock = await asyncio.to_thread(_lock, data_dir)
    try:
        try:
            store = await _open_store(folder)
        except DamagedStore as damage:
            aside = await asyncio.to_thread(_put_aside, folder)
            logger.error(
                "{} It was put aside as {} with all files, and an empty one begun: batches that "
                "were there must be sent again",
                damage,
                aside,
            )
            store = await _open_store(folder)
    except BaseException:
        os.close(lock)
        raise
    return JobsFolder(store, FileArea(folder / "files"), lock)


async def _open_store(folder: Path) -> SqliteStore:
    database, files = folder / DATABASE, folder / "files"
    try:
        await asyncio.to_thread(files.mkdir, parents=True, exist_ok=True)
        is_new = not await asyncio.to_thread(_has_content, database)
        if is_new and await asyncio.to_thread(lambda: any(files.iterdir())):
            # With an empty database the files would be taken for rests, and removed.
            raise DamagedStore(f"The database {database} is gone, and its files are not.")
    except OSError as error:
        raise _unusable(folder, error) from None
    return await SqliteStore.open(database)


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _lock(data_dir: Path) -> int:
    """Of the data directory, not of `jobs`, which may be put aside. The kernel frees it when the
    process ends, however it does."""
    path = data_dir / "jobs.lock"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(data_dir, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise StorageFault(
            f"Another Hearth (process {holder}) keeps files and batches in {data_dir}; this one "
            "does not. Ask the other one, or start this one with a --data-dir of its own."
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def _put_aside(folder: Path) -> Path:
    aside = folder.with_name(f"{folder.name}-damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        return folder.rename(aside)
    except OSError as error:
        raise _unusable(folder, error) from None


def _unusable(folder: Path, error: OSError) -> StorageFault:
    reason = error.strerror or str(error)
    return StorageFault(
        f"{folder} cannot be used for files and batches: {reason}. Choose another --data-dir."
    )
