"""A store survives what happens to its file, and nobody notices but by the log."""

import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from loguru import logger

from reuse import blob_store
from reuse.blob_store import BlobStore, StoreLimits
from reuse.blob_table import BlobTable

LIMITS = StoreLimits(max_bytes=100_000, max_age_seconds=3600.0)
OpenStore = Callable[[], BlobStore[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "values.db"


@pytest_asyncio.fixture
async def open_store(path: Path) -> AsyncIterator[OpenStore]:
    """Opens stores of texts, which are closed after the test."""
    opened: list[BlobStore[str]] = []

    def start() -> BlobStore[str]:
        store = BlobStore(path, limits=LIMITS, encode=str.encode, decode=bytes.decode)
        opened.append(store)
        return store

    yield start
    for store in opened:
        await store.close()


@pytest.fixture
def warnings() -> list[str]:
    """What is logged while the test runs."""
    messages: list[str] = []
    logger.add(lambda line: messages.append(str(line)), level="WARNING", format="{message}")
    return messages


async def test_a_value_is_found_at_once_and_after_a_restart(open_store: OpenStore) -> None:
    store = open_store()
    store.put(b"a", "one")
    assert (await store.get(b"a"), await store.get(b"b")) == ("one", None)
    assert store.num_values == 1
    await store.close()
    assert await open_store().get(b"a") == "one"


async def test_nothing_is_opened_before_the_first_use(open_store: OpenStore, path: Path) -> None:
    await open_store().close()
    assert not path.exists()


async def test_a_closed_store_is_empty(open_store: OpenStore) -> None:
    store = open_store()
    store.put(b"a", "one")
    await store.close()
    store.put(b"b", "two")
    assert await store.get(b"a") is None


async def test_a_damaged_file_is_begun_anew(
    open_store: OpenStore, path: Path, warnings: list[str]
) -> None:
    path.write_bytes(b"this is no database " * 1000)
    store = open_store()
    assert await store.get(b"a") is None
    store.put(b"a", "one")
    assert await store.get(b"a") == "one"
    assert len(warnings) == 1
    assert "damaged" in warnings[0]


async def test_a_file_that_is_damaged_while_it_is_open_is_begun_anew(
    open_store: OpenStore, path: Path, warnings: list[str]
) -> None:
    store = open_store()
    for number in range(50):
        store.put(b"%d" % number, "x" * 1000)
    await store.close()
    raw = bytearray(path.read_bytes())
    raw[4096:] = os.urandom(len(raw) - 4096)  # all but the first page
    path.write_bytes(raw)
    store = open_store()
    assert [await store.get(b"%d" % number) for number in range(50)] == [None] * 50
    store.put(b"a", "one")
    assert await store.get(b"a") == "one"
    assert len(warnings) == 1


async def test_a_folder_that_cannot_be_made_is_told_once(
    open_store: OpenStore, path: Path, warnings: list[str]
) -> None:
    path.parent.joinpath("values.db").mkdir()  # whoever tests may be allowed to write anywhere
    store = open_store()
    for number in range(5):
        store.put(b"a", "one")
        assert await store.get(b"%d" % number) is None
    assert len(warnings) == 1
    assert f"{path} cannot be used" in warnings[0]


async def test_a_full_disk_is_told_once(open_store: OpenStore, warnings: list[str]) -> None:
    store = open_store()
    store.put(b"a", "one")

    def fill(table: BlobTable) -> None:
        table._connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to be full

    store._pool.submit(store._use, fill)
    for number in range(5):
        store.put(b"%d" % number, "x" * 10_000)
    assert await store.get(b"a") is None
    assert len(warnings) == 1
    assert "full" in warnings[0]


async def test_a_value_that_cannot_be_read_is_none(
    open_store: OpenStore, path: Path, warnings: list[str]
) -> None:
    raw = BlobStore[bytes](path, limits=LIMITS, encode=lambda value: value, decode=bytes)
    raw.put(b"a", b"\xff\xff")
    await raw.close()
    assert await open_store().get(b"a") is None
    assert len(warnings) == 1


async def test_values_beyond_what_the_disk_can_take_are_not_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_store, "MAX_WAITING_PUTS", 2)
    may_go_on = threading.Event()

    def encode(value: str) -> bytes:
        may_go_on.wait()
        return value.encode()

    store = BlobStore(path, limits=LIMITS, encode=encode, decode=bytes.decode)
    for number in range(10):
        store.put(b"%d" % number, "one")
    may_go_on.set()
    found = [await store.get(b"%d" % number) for number in range(10)]
    assert found == ["one"] * 2 + [None] * 8
    await store.close()
