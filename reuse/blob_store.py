"""A BlobTable behind a thread of its own. It may fail; then it is empty, and nobody waits.

Thread: event loop; the file is read and written on the `store` thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from loguru import logger

from reuse.blob_table import BlobTable

Value = TypeVar("Value")

MAX_WAITING_PUTS = 1000
"""Beyond so many values that wait for the disk, new ones are not kept."""

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """`max_bytes` is for values and what SQLite needs for them."""

    max_bytes: int
    max_age_seconds: float


class BlobStore(Generic[Value]):
    """Immutable values by key, which survive a restart.

    It keeps what it can: a disk that is full or may not be written is told in the log once, and
    the store is empty from then on. A damaged file is begun anew. `encode` and `decode` run on the
    thread, which starts with `start` or the first use. `clock` counts seconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        *,
        limits: StoreLimits,
        encode: Callable[[Value], bytes],
        decode: Callable[[bytes], Value],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.limits = limits
        self.num_values = 0
        self.num_bytes = 0
        """As of the last use."""
        self._encode = encode
        self._decode = decode
        self._clock = clock
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._table: BlobTable | None = None
        self._is_broken = False
        self._was_damaged = False
        self._num_asked = self._num_done = 0
        """Changes; counted by the loop, and by the thread."""
        self._is_closed = False

    def start(self) -> None:
        """Open the file now, and not at the first use. Returns at once."""
        self._pool.submit(self._use, lambda table: None)

    def get(self, key: bytes) -> asyncio.Future[Value | None]:
        """The value, or None; never an exception. Puts that were called before have been done."""
        if self._is_closed or self._is_broken:
            nothing: asyncio.Future[Value | None] = asyncio.get_running_loop().create_future()
            nothing.set_result(None)
            return nothing
        return asyncio.get_running_loop().run_in_executor(self._pool, self._get, key)

    def put(self, key: bytes, value: Value) -> None:
        """Keep a value. Returns at once."""
        is_behind = self._num_asked - self._num_done >= MAX_WAITING_PUTS
        if self._is_closed or self._is_broken or is_behind:
            return
        self._num_asked += 1
        self._pool.submit(self._put, key, value)

    async def close(self) -> None:
        """Write what is to be written, and end the thread."""
        if self._is_closed:
            return
        self._is_closed = True
        closing = self._pool.submit(self._close)
        await asyncio.to_thread(self._pool.shutdown)
        closing.result()

    def _put(self, key: bytes, value: Value) -> None:
        try:
            raw = self._encode(value)
            self._use(lambda table: table.put(key, raw))
        except Exception as fault:  # nobody looks at what a put comes to
            logger.opt(exception=fault).error("{} could not keep a value", self.path)
        finally:
            self._num_done += 1

    def _get(self, key: bytes) -> Value | None:
        raw = self._use(lambda table: table.get(key))
        try:
            return None if raw is None else self._decode(raw)
        except (ValueError, TypeError) as error:
            logger.warning("{} holds something that cannot be read: {}", self.path, error)
            return None

    def _use(self, action: Callable[[BlobTable], bytes | None]) -> bytes | None:
        """What the action returns; None where the file cannot be used."""
        if self._is_broken:
            return None
        try:
            if self._table is None:
                self._table = self._open()
            return action(self._table)
        except (sqlite3.Error, OSError) as error:
            self._note_fault(error)
            return None
        finally:
            if self._table:
                self.num_values, self.num_bytes = self._table.num_values, self._table.num_bytes

    def _open(self) -> BlobTable:
        return BlobTable(
            self.path,
            max_bytes=self.limits.max_bytes,
            max_age_seconds=self.limits.max_age_seconds,
            clock=self._clock,
        )

    def _note_fault(self, error: Exception) -> None:
        self._close()
        self.num_values = self.num_bytes = 0
        is_damaged = (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGE
        if is_damaged and not self._was_damaged and self._delete():
            logger.warning("{} is damaged ({}) and is begun anew", self.path, error)
            self._was_damaged = True
        else:
            logger.warning("{} cannot be used ({}): nothing is kept there", self.path, error)
            self._is_broken = True

    def _delete(self) -> bool:
        """Whether the file is gone."""
        try:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _close(self) -> None:
        table, self._table = self._table, None
        try:
            if table:
                table.close()
        except sqlite3.Error as error:
            logger.warning("{} was not closed well: {}", self.path, error)
