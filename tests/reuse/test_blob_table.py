"""The file of a store: its bounds, and what it keeps to itself."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from reuse.blob_table import FORMAT, PURGE_SECONDS, ROW_BYTES, BlobTable
from tests.reuse.conftest import WallClock

AGE_SECONDS = 3 * PURGE_SECONDS
VALUE = b"x" * 100
ROOM_FOR_THREE = 3 * (ROW_BYTES + len(VALUE))


class Opener:
    """Opens one file again and again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = WallClock()

    def __call__(self, max_bytes: int = ROOM_FOR_THREE) -> BlobTable:
        return BlobTable(
            self.path, max_bytes=max_bytes, max_age_seconds=AGE_SECONDS, clock=self.clock
        )


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener(tmp_path / "folder" / "blobs.db")


@pytest.fixture
def table(opener: Opener) -> Iterator[BlobTable]:
    with opener() as table:
        yield table


def held(table: BlobTable, *keys: bytes) -> list[bytes]:
    return [key for key in keys if table.get(key) is not None]


def test_a_value_is_there_after_a_restart(opener: Opener) -> None:
    with opener() as table:
        table.put(b"a", VALUE)
        assert (table.get(b"a"), table.get(b"b")) == (VALUE, None)
    with opener() as table:
        assert table.get(b"a") == VALUE
        assert (table.num_values, table.num_bytes) == (1, len(VALUE) + ROW_BYTES)


def test_a_second_value_of_a_key_takes_the_place_of_the_first(table: BlobTable) -> None:
    for value in (b"1", b"22"):
        table.put(b"a", value)
    assert (table.get(b"a"), table.num_values, table.num_bytes) == (b"22", 1, 2 + ROW_BYTES)


def test_the_least_recently_used_goes_first(opener: Opener, table: BlobTable) -> None:
    for key in (b"a", b"b", b"c"):
        opener.clock.now_unix += 1
        table.put(key, VALUE)
    opener.clock.now_unix += 1
    table.get(b"a")
    table.put(b"d", VALUE)
    assert held(table, b"a", b"b", b"c", b"d") == [b"a", b"c", b"d"]
    assert table.num_bytes == ROOM_FOR_THREE


def test_a_value_above_the_bound_displaces_nothing(table: BlobTable) -> None:
    table.put(b"a", VALUE)
    table.put(b"b", b"x" * ROOM_FOR_THREE)
    assert held(table, b"a", b"b") == [b"a"]


def test_a_smaller_bound_holds_from_the_next_start_on(opener: Opener) -> None:
    with opener() as table:
        for key in (b"a", b"b", b"c"):
            opener.clock.now_unix += 1
            table.put(key, VALUE)
    with opener(ROOM_FOR_THREE // 3) as table:
        assert held(table, b"a", b"b", b"c") == [b"c"]


def test_what_is_too_old_is_not_found_however_often_it_is_used(
    opener: Opener, table: BlobTable
) -> None:
    table.put(b"a", VALUE)
    for _ in range(3):
        opener.clock.now_unix += AGE_SECONDS / 3
        assert table.get(b"a") == VALUE
    opener.clock.now_unix += 1
    assert table.get(b"a") is None
    assert (table.num_values, table.num_bytes) == (0, 0)


def test_what_is_too_old_leaves_the_file_although_nobody_asks(
    opener: Opener, table: BlobTable
) -> None:
    table.put(b"a", VALUE)
    opener.clock.now_unix += AGE_SECONDS + 1
    table.put(b"b", VALUE)
    assert table.num_values == 1


def test_a_value_that_changed_on_the_disk_is_not_given_out(
    opener: Opener, table: BlobTable
) -> None:
    table.put(b"a", VALUE)
    with sqlite3.connect(opener.path) as other:
        other.execute("UPDATE blobs SET value = ?", (b"y" * 100,))
    other.close()
    assert table.get(b"a") is None
    assert table.num_values == 0


def test_a_file_of_another_format_is_emptied(opener: Opener) -> None:
    with opener() as table:
        table.put(b"a", VALUE)
    with sqlite3.connect(opener.path) as other:
        other.execute(f"PRAGMA user_version = {FORMAT + 1}")
    other.close()
    with opener() as table:
        assert table.get(b"a") is None


def test_nobody_else_may_read_the_file(opener: Opener, table: BlobTable) -> None:
    table.put(b"a", VALUE)
    files = sorted(opener.path.parent.iterdir())
    assert len(files) == 3
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0, 0]


def test_two_processes_may_share_a_file(opener: Opener, table: BlobTable) -> None:
    with opener() as other:
        for number in range(5):
            opener.clock.now_unix += 1
            (table, other)[number % 2].put(b"%d" % number, VALUE)
        assert held(other, b"4") == held(table, b"4") == [b"4"]
    with opener() as other:
        assert other.num_bytes <= ROOM_FOR_THREE
