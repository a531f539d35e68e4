"""The log file's rotation: when a new one begins, and what becomes of the old ones.

Thread: both; old files are compressed on a thread of their own, as that takes a second.
"""

import gzip
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class LogRotation:
    """A new file begins before one would have more than `max_bytes`; `num_kept` old ones stay."""

    max_bytes: int = 10 * MEGABYTE
    num_kept: int = 10
    compresses: bool = True


class SizeLimit:
    """loguru's question before each line, without asking the system for the size each time."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._file: TextIO | None = None
        self._num_bytes = 0

    def __call__(self, message: str, file: TextIO) -> bool:
        if file is not self._file:
            self._file, self._num_bytes = file, os.fstat(file.fileno()).st_size
        num_bytes = len(message) if message.isascii() else len(message.encode())
        self._num_bytes += num_bytes
        return self._num_bytes > self._max_bytes and self._num_bytes > num_bytes


class Compressor:
    """Packs old files, and can be waited for."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def start(self, path: str) -> None:
        """Pack a file that nobody writes to any more."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=_compress, args=(Path(path),), name="pack log")
        thread.start()
        self._threads.append(thread)

    def wait(self) -> None:
        """Until all that was begun is done."""
        for thread in self._threads:
            thread.join()


def _compress(path: Path) -> None:
    """The packed file appears under its name when it is whole; only then the old one goes."""
    part = path.with_name(f".{path.name}.part")
    try:
        with path.open("rb") as plain, gzip.open(part, "wb") as packed:
            shutil.copyfileobj(plain, packed)
        if not path.exists():  # it was one too many
            raise FileNotFoundError(path)
        part.replace(path.with_name(f"{path.name}.gz"))
        path.unlink()
    except OSError:  # a full disk, or the file is gone: it stays as it is, and is kept as long
        part.unlink(missing_ok=True)
