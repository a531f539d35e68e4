"""The jobs' SQLite file: its tables, how it is opened, and what is done as a whole or not at all.

Thread: jobs.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.errors import DamagedStore, StorageFault

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE files (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, purpose TEXT NOT NULL,
    num_bytes INTEGER NOT NULL, expires_unix INTEGER, record TEXT NOT NULL);
CREATE TABLE batches (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL,
    created_unix INTEGER NOT NULL, has_ended INTEGER NOT NULL, record TEXT NOT NULL);
CREATE TABLE results (
    batch_id TEXT NOT NULL, number INTEGER NOT NULL, is_completed INTEGER NOT NULL,
    json BLOB NOT NULL, UNIQUE (batch_id, number));
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open or make the file.

    Raises:
        DamagedStore: it is damaged.
        StorageFault: a newer Hearth wrote it.
        sqlite3.DatabaseError: it cannot be opened, or is no database.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    [(found,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise DamagedStore(f"The database {path} is damaged: {found}.")
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    if version > SCHEMA_VERSION:
        raise StorageFault(
            f"The database {path} has version {version}, which a newer Hearth wrote; this one "
            f"reads {SCHEMA_VERSION}. Start the newer one, or choose another --data-dir."
        )
    if version == 0:
        connection.executescript(
            f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """On the disk when the block is left; nothing of it if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some failures end it by themselves
            connection.execute("ROLLBACK")
        raise
