"""The file that keys are kept in: `keys.json` in the data directory, without their secrets.

Thread: both (the server reads it on a thread of asyncio's pool; commands write it).
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from access.errors import KeysProblem
from access.keys import ApiKey

FILE_NAME = "keys.json"
PRIVATE = 0o600
KEYS = TypeAdapter(tuple[ApiKey, ...])

Version = tuple[int, int, int]
"""What is another whenever the file is: each writing makes a new one."""


class KeyFile:
    """Read whole, replaced whole: a reader sees the file before a change or after it."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE_NAME

    def version(self) -> Version | None:
        """None where there is no file. Raises KeysProblem."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error.strerror) from None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def read(self) -> tuple[ApiKey, ...]:
        """All keys, none where there is no file.

        Raises:
            KeysProblem: it cannot be read, or is damaged.
        """
        try:
            return KEYS.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error.strerror) from None
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise self._unusable(f"{place} {first['msg']}".strip()) from None

    def change(self, change: Callable[[Sequence[ApiKey]], Sequence[ApiKey]]) -> None:
        """Replace the keys by what `change` makes of them; two writers do so one after the other.

        Raises:
            KeysProblem: the file cannot be read or written, or what `change` raises.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._only_writer():
                self._write(KEYS.dump_json(tuple(change(self.read())), indent=1))
        except OSError as error:
            raise self._unusable(error.strerror) from None

    def _write(self, content: bytes) -> None:
        """On the disk in another file first: the old one is there until the new one is whole."""
        beside = self.path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        """The kernel frees the lock when its holder ends, however it does."""
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _unusable(self, reason: str | None) -> KeysProblem:
        return KeysProblem(
            f"the keys in {self.path} cannot be used: {reason}; mend the file, or remove it and "
            "make new keys with ./run.sh keys add"
        )
