"""Records in SQLite: transactions, pages, and what the file may turn out to be."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from jobs.errors import Conflict, DamagedStore, StorageFault, UnknownId
from jobs.records import Batch, LineFault, LineResult, StoredFile, Usage
from jobs.sqlite_store import SqliteStore

BATCH = Batch("batch_1", "/v1/completions", "file-1", 1000, 2000, metadata={"a": "b"})


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "jobs.sqlite")
    yield store
    await store.close()


def file(number: int, *, purpose: str = "batch", expires_unix: int | None = None) -> StoredFile:
    return StoredFile(f"file-{number}", "name", purpose, 10, 1000, expires_unix)


async def test_a_record_comes_back_as_it_was(store: SqliteStore) -> None:
    batch = BATCH.moved("failed", at_unix=5, faults=(LineFault("code", "why", "url", 3),))
    await store.add_batch(BATCH)
    assert await store.batch("batch_1") == BATCH
    assert await store.change_batch("batch_1", lambda each: batch) == batch
    assert await store.batch("batch_1") == batch
    await store.add_file(file(1, expires_unix=7))
    assert await store.file("file-1") == file(1, expires_unix=7)
    assert await store.batch("no") is None
    assert await store.file("no") is None


async def test_a_line_has_one_result_and_is_counted_once(store: SqliteStore) -> None:
    await store.add_batch(BATCH)
    good, bad = LineResult(1, True, b"{1}", Usage(1, 2, 3, 4)), LineResult(2, False, b"{2}")
    await store.add_results("batch_1", [good, bad])
    batch = await store.add_results("batch_1", [LineResult(1, False, b"{again}", Usage(9))])
    assert (batch.num_completed, batch.num_failed, batch.usage) == (1, 1, Usage(1, 2, 3, 4))
    assert await store.finished_numbers("batch_1") == {1, 2}
    found = await store.results("batch_1", after=0, limit=10)
    assert [(each.number, each.is_completed, each.json) for each in found] == [
        (1, True, b"{1}"),
        (2, False, b"{2}"),
    ]
    assert [each.number for each in await store.results("batch_1", after=1, limit=10)] == [2]


async def test_lines_that_finish_together_share_a_transaction(store: SqliteStore) -> None:
    statements: list[str] = []
    await store.add_batch(BATCH)
    await store._run(lambda: store._require().set_trace_callback(statements.append))
    thread_is_free = threading.Event()
    store._pool.submit(thread_is_free.wait)
    adding = [
        asyncio.create_task(store.add_results("batch_1", [LineResult(number, True, b"{}")]))
        for number in range(5)
    ]
    reading = asyncio.create_task(store.finished_numbers("batch_1"))
    await asyncio.sleep(0)
    adding[3].cancel()
    await asyncio.wait({adding[3]})
    assert statements == []
    thread_is_free.set()
    batches = await asyncio.gather(*adding[:3], adding[4])
    assert [batch.num_completed for batch in batches] == [1, 2, 3, 4]
    assert statements.count("COMMIT") == 1
    assert await reading == {0, 1, 2, 4}


async def test_a_change_that_is_refused_changes_nothing(store: SqliteStore) -> None:
    await store.add_batch(BATCH)

    def refuse(batch: Batch) -> Batch:
        raise Conflict("no")

    with pytest.raises(Conflict):
        await store.end_batch("batch_1", refuse, [file(1)])
    assert await store.file("file-1") is None
    assert await store.batch("batch_1") == BATCH


async def test_pages_go_both_ways(store: SqliteStore) -> None:
    for number in range(4):
        await store.add_file(file(number, purpose="batch" if number else "vision"))

    async def page(order: object, after: str | None = None, purpose: str | None = None) -> str:
        found = await store.files(after=after, limit=2, order=order, purpose=purpose)  # type: ignore[arg-type]
        return "".join(each.id.removeprefix("file-") for each in found)

    assert [await page("asc"), await page("asc", "file-1"), await page("asc", "file-3")] == [
        "01",
        "23",
        "",
    ]
    assert [await page("desc"), await page("desc", "file-2")] == ["32", "10"]
    assert await page("asc", purpose="batch") == "12"
    with pytest.raises(UnknownId):
        await page("asc", "no")
    assert await store.num_file_bytes() == 40


async def test_what_has_ended_is_not_unfinished(store: SqliteStore) -> None:
    await store.add_batch(BATCH)
    assert [each.id for each in await store.unfinished_batches()] == ["batch_1"]
    await store.forget_batches(5000)
    await store.change_batch("batch_1", lambda batch: batch.moved("completed", at_unix=5))
    assert await store.unfinished_batches() == []
    assert [each.id for each in await store.batches(after=None, limit=9)] == ["batch_1"]
    await store.forget_batches(5000)
    assert await store.batches(after=None, limit=9) == []


async def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(DamagedStore, match="is damaged"):
        await SqliteStore.open(path)


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageFault, match="version 99") as raised:
        await SqliteStore.open(path)
    assert not isinstance(raised.value, DamagedStore)


async def test_a_place_without_a_folder_is_a_fault_and_no_damage(tmp_path: Path) -> None:
    with pytest.raises(StorageFault, match="unable to open") as raised:
        await SqliteStore.open(tmp_path / "none" / "jobs.sqlite")
    assert not isinstance(raised.value, DamagedStore)
