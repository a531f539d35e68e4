"""Values by key in one SQLite file, bounded in bytes and in age.

Thread: the one that makes it.
"""

import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

FORMAT = 1
"""Of the file. One of another format is emptied."""

ROW_BYTES = 200
"""What a row and its places in two indexes take beside the value."""

LOCK_SECONDS = 2.0
"""How long to wait for another process that has the file open."""

PURGE_SECONDS = 3600.0

_SCHEMA = """
DROP TABLE IF EXISTS blobs;
CREATE TABLE blobs (
    key BLOB PRIMARY KEY,
    value BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    num_bytes INTEGER NOT NULL,
    stored_unix REAL NOT NULL,
    used_unix REAL NOT NULL
);
CREATE INDEX blobs_stored ON blobs (stored_unix);
CREATE INDEX blobs_used ON blobs (used_unix);
"""


class BlobTable:
    """Who is used least recently goes first; who is too old goes in any case.

    Every method raises sqlite3.Error or OSError when the file cannot be used.
    """

    def __init__(
        self, path: Path, *, max_bytes: int, max_age_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._max_bytes = max_bytes
        self._max_age_seconds = max_age_seconds
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # answers are nobody else's business; SQLite's other files follow it
        self._connection = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            self._begin()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def get(self, key: bytes) -> bytes | None:
        """The value; None if there is none that is young enough and as it was written."""
        now_unix = self._clock()
        found = self._connection.execute(
            "SELECT value, checksum, stored_unix FROM blobs WHERE key = ?", (key,)
        ).fetchone()
        if found is None:
            return None
        value, checksum, stored_unix = found
        if stored_unix < now_unix - self._max_age_seconds or zlib.crc32(value) != checksum:
            self.remove(key)
            return None
        self._connection.execute("UPDATE blobs SET used_unix = ? WHERE key = ?", (now_unix, key))
        return bytes(value)

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value in place of any other of this key, unless it alone is above the bound."""
        num_bytes = len(value) + ROW_BYTES
        now_unix = self._clock()
        self.remove(key)
        if num_bytes > self._max_bytes:
            return
        self._connection.execute(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?, ?, ?)",
            (key, value, zlib.crc32(value), num_bytes, now_unix, now_unix),
        )
        self.num_bytes += num_bytes
        self.num_values += 1
        if now_unix > self._purged_unix + PURGE_SECONDS:
            self._purge()
        if self.num_bytes > self._max_bytes:
            self._evict()

    def remove(self, key: bytes) -> None:
        """Forget a value; unknown keys are ignored."""
        removed = self._connection.execute(
            "DELETE FROM blobs WHERE key = ? RETURNING num_bytes", (key,)
        ).fetchall()
        self.num_bytes -= sum(num_bytes for (num_bytes,) in removed)
        self.num_values -= len(removed)

    def close(self) -> None:
        """Write what is in SQLite's log into the file."""
        self._connection.close()

    def _begin(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        [file_format] = execute("PRAGMA user_version").fetchone()
        if file_format != FORMAT:
            self._connection.executescript(_SCHEMA)
            execute(f"PRAGMA user_version = {FORMAT}")
        self._purge()
        self._evict()

    def _purge(self) -> None:
        """Forget what is too old, and count what is left: another process may write here too."""
        self._purged_unix = self._clock()
        oldest_unix = self._purged_unix - self._max_age_seconds
        self._connection.execute("DELETE FROM blobs WHERE stored_unix < ?", (oldest_unix,))
        self.num_values, self.num_bytes = self._connection.execute(
            "SELECT count(*), coalesce(sum(num_bytes), 0) FROM blobs"
        ).fetchone()

    def _evict(self) -> None:
        """Down to the bound."""
        while self.num_bytes > self._max_bytes:
            key = self._connection.execute(
                "SELECT key FROM blobs ORDER BY used_unix, stored_unix LIMIT 1"
            ).fetchone()
            if key is None:  # another process was here
                self._purge()
                return
            self.remove(*key)
