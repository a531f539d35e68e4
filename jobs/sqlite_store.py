"""The records in an SQLite database, on one thread of its own.

Thread: event loop; what is called `_on_thread` or takes a connection runs on the thread `jobs`.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import orjson
from pydantic import TypeAdapter

from jobs.database import open_database, transaction
from jobs.errors import DamagedStore, StorageFault, UnknownId
from jobs.records import Batch, LineResult, StoredFile
from jobs.store import Change, Order

T = TypeVar("T")
Connection = sqlite3.Connection

FILE = TypeAdapter(StoredFile)
BATCH = TypeAdapter(Batch)

IS_OWN = "({0} IS NULL OR {0} = coalesce(json_extract(record, '$.owner'), ''))"
"""Records of before there were owners have none."""


@dataclass(frozen=True, slots=True)
class _Addition:
    """Results that wait for the thread, and the batch as it is when they are kept."""

    batch_id: str
    results: Sequence[LineResult]
    batch: Future[Batch] = field(default_factory=Future)


class SqliteStore:
    """A JobStore. A transaction is on the disk (fsync) before its method returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")
        self._connection: Connection | None = None
        self._additions: deque[_Addition] = deque()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or make the database.

        Raises:
            DamagedStore: the file is no database, or is damaged.
            StorageFault: it cannot be used for another reason.
        """
        store = cls(path)
        try:
            await store._run(store._open_on_thread)
        except BaseException:
            with suppress(StorageFault):
                await store.close()
            raise
        return store

    async def close(self) -> None:
        try:
            await self._run(self._close_on_thread)
        finally:
            self._pool.shutdown()  # nothing is left to wait for

    async def add_file(self, file: StoredFile) -> None:
        await self._change(lambda connection: _insert_file(connection, file))

    async def file(self, file_id: str) -> StoredFile | None:
        rows = await self._query("SELECT record FROM files WHERE id = ?", file_id)
        return FILE.validate_json(rows[0][0]) if rows else None

    async def files(
        self,
        *,
        after: str | None,
        limit: int,
        order: Order,
        purpose: str | None,
        owner: str | None = None,
    ) -> list[StoredFile]:
        side, sorting = (">", "ASC") if order == "asc" else ("<", "DESC")
        position = await self._position("file", after)
        rows = await self._query(
            "SELECT record FROM files WHERE (?1 IS NULL OR purpose = ?1) AND "
            f"(?2 IS NULL OR position {side} ?2) AND {IS_OWN.format('?4')} "
            f"ORDER BY position {sorting} LIMIT ?3",
            purpose,
            position,
            limit,
            owner,
        )
        return [FILE.validate_json(row[0]) for row in rows]

    async def expired_files(self, now_unix: float) -> list[StoredFile]:
        rows = await self._query("SELECT record FROM files WHERE expires_unix <= ?", now_unix)
        return [FILE.validate_json(row[0]) for row in rows]

    async def remove_file(self, file_id: str) -> None:
        await self._change(
            lambda connection: connection.execute("DELETE FROM files WHERE id = ?", (file_id,))
        )

    async def num_file_bytes(self) -> int:
        rows = await self._query("SELECT coalesce(sum(num_bytes), 0) FROM files")
        return int(rows[0][0])

    async def add_batch(self, batch: Batch) -> Batch:
        def add(connection: Connection) -> Batch:
            row = connection.execute(
                "SELECT record FROM batches WHERE json_extract(record, '$.creation_key') = ? "
                "AND json_extract(record, '$.expires_unix') > ?",
                (batch.creation_key, batch.created_unix),
            ).fetchone()
            if row:
                return BATCH.validate_json(row[0])
            connection.execute(
                "INSERT INTO batches (id, created_unix, has_ended, record) VALUES (?, ?, 0, ?)",
                (batch.id, batch.created_unix, _json(batch)),
            )
            return batch

        return await self._change(add)

    async def batch(self, batch_id: str) -> Batch | None:
        rows = await self._query("SELECT record FROM batches WHERE id = ?", batch_id)
        return BATCH.validate_json(rows[0][0]) if rows else None

    async def batches(
        self, *, after: str | None, limit: int, owner: str | None = None
    ) -> list[Batch]:
        position = await self._position("batch", after)
        rows = await self._query(
            f"SELECT record FROM batches WHERE (?1 IS NULL OR position < ?1) AND "
            f"{IS_OWN.format('?3')} ORDER BY position DESC LIMIT ?2",
            position,
            limit,
            owner,
        )
        return [BATCH.validate_json(row[0]) for row in rows]

    async def unfinished_batches(self) -> list[Batch]:
        rows = await self._query("SELECT record FROM batches WHERE NOT has_ended ORDER BY position")
        return [BATCH.validate_json(row[0]) for row in rows]

    async def change_batch(self, batch_id: str, change: Change) -> Batch:
        return await self._change(lambda connection: _changed(connection, batch_id, change))

    async def add_results(self, batch_id: str, results: Sequence[LineResult]) -> Batch:
        """Lines that finish in the same moment share a transaction, and so an fsync."""
        addition = _Addition(batch_id, results)
        self._additions.append(addition)
        self._pool.submit(self._add_waiting_on_thread)
        return await self._told(asyncio.wrap_future(addition.batch))

    async def results(self, batch_id: str, *, after: int, limit: int) -> list[LineResult]:
        rows = await self._query(
            "SELECT number, is_completed, json FROM results WHERE batch_id = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            batch_id,
            after,
            limit,
        )
        return [LineResult(number, bool(completed), json) for number, completed, json in rows]

    async def finished_numbers(self, batch_id: str) -> set[int]:
        rows = await self._query("SELECT number FROM results WHERE batch_id = ?", batch_id)
        return {row[0] for row in rows}

    async def end_batch(self, batch_id: str, change: Change, files: Sequence[StoredFile]) -> Batch:
        def end(connection: Connection) -> Batch:
            for file in files:
                _insert_file(connection, file)
            connection.execute("DELETE FROM results WHERE batch_id = ?", (batch_id,))
            return _changed(connection, batch_id, change)

        batch = await self._change(end)
        await self._query("PRAGMA incremental_vacuum")
        return batch

    async def forget_batches(self, created_before_unix: float) -> None:
        await self._change(
            lambda connection: connection.execute(
                "DELETE FROM batches WHERE has_ended AND created_unix < ?", (created_before_unix,)
            )
        )

    async def _position(self, kind: str, asked: str | None) -> int | None:
        if asked is None:
            return None
        table = "files" if kind == "file" else "batches"
        rows = await self._query(f"SELECT position FROM {table} WHERE id = ?", asked)
        if not rows:
            raise UnknownId(kind, asked)
        return int(rows[0][0])

    async def _query(self, sql: str, *values: object) -> list[Any]:
        return await self._run(lambda: self._require().execute(sql, values).fetchall())

    async def _change(self, change: Callable[[Connection], T]) -> T:
        def run() -> T:
            with transaction(self._require()) as connection:
                return change(connection)

        return await self._run(run)

    async def _run(self, call: Callable[[], T]) -> T:
        return await self._told(asyncio.get_running_loop().run_in_executor(self._pool, call))

    async def _told(self, outcome: Awaitable[T]) -> T:
        """What the thread came to, with its errors in our words."""
        try:
            return await outcome
        except sqlite3.OperationalError as error:  # full, locked, read-only, not to be opened
            raise StorageFault(f"The database {self._path} failed: {error}.") from None
        except sqlite3.DatabaseError as error:
            raise DamagedStore(f"The database {self._path} is damaged: {error}.") from None

    def _require(self) -> Connection:
        assert self._connection is not None
        return self._connection

    def _open_on_thread(self) -> None:
        self._connection = open_database(self._path)

    def _add_waiting_on_thread(self) -> None:
        """All that wait now. Those behind them find nothing left to do when their turn comes."""
        waiting: list[_Addition] = []
        while self._additions:
            addition = self._additions.popleft()
            if addition.batch.set_running_or_notify_cancel():
                waiting.append(addition)
        if not waiting:
            return
        try:
            with transaction(self._require()) as connection:
                batches = [_added(connection, each) for each in waiting]
        except BaseException as error:
            for each in waiting:
                each.batch.set_exception(error)
        else:
            for each, batch in zip(waiting, batches, strict=True):
                each.batch.set_result(batch)

    def _close_on_thread(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _insert_file(connection: Connection, file: StoredFile) -> None:
    connection.execute(
        "INSERT INTO files (id, purpose, num_bytes, expires_unix, record) VALUES (?, ?, ?, ?, ?)",
        (file.id, file.purpose, file.num_bytes, file.expires_unix, _json(file)),
    )


def _added(connection: Connection, addition: _Addition) -> Batch:
    batch_id = addition.batch_id
    new = [each for each in addition.results if _insert_result(connection, batch_id, each)]
    return _changed(connection, batch_id, lambda batch: batch.counted(new))


def _insert_result(connection: Connection, batch_id: str, result: LineResult) -> bool:
    """Whether the line had none."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?)",
        (batch_id, result.number, result.is_completed, result.json),
    )
    return cursor.rowcount == 1


def _changed(connection: Connection, batch_id: str, change: Change) -> Batch:
    row = connection.execute("SELECT record FROM batches WHERE id = ?", (batch_id,)).fetchone()
    if row is None:
        raise UnknownId("batch", batch_id)
    batch = change(BATCH.validate_json(row[0]))
    connection.execute(
        "UPDATE batches SET record = ?, has_ended = ? WHERE id = ?",
        (_json(batch), batch.has_ended, batch_id),
    )
    return batch


def _json(record: StoredFile | Batch) -> str:
    return orjson.dumps(record).decode()
