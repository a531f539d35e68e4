"""The prefix cache's lower tier: runs of blocks in safetensors files.

Thread: inference. Files are written and read in the middle of a step.
"""

import hashlib
import io
import os
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from batching.engine.prefix.blocks import Block, Snapshot
from batching.engine.prefix.run_file import (
    BadRunFile,
    RunHeader,
    pack_run,
    read_header,
    unpack_run,
)
from batching.engine.prefix.tier import Run

NAME_START, SUFFIX = "hearth-prefix-", ".safetensors"
"""Files that are not named like ours are never touched, whatever folder we are given."""


@dataclass(frozen=True, slots=True)
class _File:
    """`digests` are its blocks, none if it is another model's or was never finished."""

    size_bytes: int
    digests: tuple[bytes, ...] = ()


class PrefixDisk:
    """Files of one folder, least recently used forgotten first; they survive a restart.

    Several models may share the folder: each finds its own files, and those of the others count
    for the limit until they are the oldest. `fingerprint` must differ for whatever makes a block
    differ. The files hold what the model made of prompts, so only the user may read them.

    One that cannot be used is removed with a warning. When writing fails, that is logged once and
    nothing is written until the next start.
    """

    def __init__(self, folder: Path, *, max_bytes: int, fingerprint: str) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._root_digest = hashlib.sha256(fingerprint.encode()).digest()
        self._own_start = f"{NAME_START}{self._root_digest.hex()[:16]}-"
        self._files: OrderedDict[Path, _File] = OrderedDict()
        self._places: dict[bytes, tuple[Path, bool]] = {}
        self._num_bytes = 0
        self._can_write = True
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._find_files()
            self._make_room(0)
        except OSError as error:
            self._stop_writing(error)

    @property
    def root_digest(self) -> bytes:
        return self._root_digest

    @property
    def max_bytes(self) -> int:
        return self._max_bytes

    @property
    def num_bytes(self) -> int:
        """Of all files in the folder, those of other models too."""
        return self._num_bytes

    def find(self, digest: bytes) -> bool | None:
        place = self._places.get(digest)
        return None if place is None else place[1]

    def touch(self, digest: bytes) -> None:
        place = self._places.get(digest)
        if place is None or next(reversed(self._files)) == place[0]:
            return
        self._files.move_to_end(place[0])
        try:
            _stamp(place[0])
        except OSError:
            self._forget(place[0])

    def save(self, run: Run[Block, Snapshot]) -> None:
        # Without arrays there is nothing to load: a state-space model's blocks between snapshots.
        if not self._can_write or not 0 < run.nbytes <= self._max_bytes:
            return
        content = pack_run(run, root_digest=self._root_digest)
        if len(content) > self._max_bytes:
            return
        checksum = zlib.crc32(content)
        name = f"{run.digests[-1].hex()[:32]}-{len(run.digests)}-{checksum:08x}{SUFFIX}"
        path = self._folder / f"{self._own_start}{name}"
        try:
            self._make_room(len(content))
            _write(path, content)
        except OSError as error:
            self._stop_writing(error)
            return
        self._add(path, len(content), read_header(io.BytesIO(content)))

    def load(self, digest: bytes) -> Run[Block, Snapshot] | None:
        place = self._places.get(digest)
        if place is None:
            return None
        path = place[0]
        try:
            content = path.read_bytes()
            if not path.stem.endswith(f"-{zlib.crc32(content):08x}"):
                raise BadRunFile("wrong checksum")
            return unpack_run(content)
        except FileNotFoundError:
            self._forget(path)  # another server of this folder was here
        except (OSError, BadRunFile) as error:
            self._discard(path, error)
        return None

    def _find_files(self) -> None:
        """List what is there, oldest first."""
        found = [(path.stat(), path) for path in self._folder.glob(f"{NAME_START}*")]
        for status, path in sorted(found, key=lambda pair: pair[0].st_mtime_ns):
            if not path.name.startswith(self._own_start) or path.suffix != SUFFIX:
                self._add(path, status.st_size, None)
                continue
            try:
                with path.open("rb") as stream:
                    header = read_header(stream)
                if header.root_digest != self._root_digest:
                    raise BadRunFile("made for another model")
                self._add(path, status.st_size, header)
            except BadRunFile as error:
                self._discard(path, error)

    def _add(self, path: Path, size_bytes: int, header: RunHeader | None) -> None:
        self._forget(path)
        self._num_bytes += size_bytes
        self._files[path] = _File(size_bytes, header.digests if header else ())
        if header is not None:
            for digest, layers in zip(header.digests, header.snapshots, strict=True):
                self._places[digest] = (path, bool(layers))

    def _make_room(self, num_bytes: int) -> None:
        while self._files and self._num_bytes + num_bytes > self._max_bytes:
            path = next(iter(self._files))
            path.unlink(missing_ok=True)
            self._forget(path)

    def _forget(self, path: Path) -> None:
        file = self._files.pop(path, None)
        if file is None:
            return
        self._num_bytes -= file.size_bytes
        for digest in file.digests:
            if self._places.get(digest, (None,))[0] == path:
                del self._places[digest]

    def _discard(self, path: Path, error: Exception) -> None:
        logger.warning("removing {} from the prefix cache: {}", path.name, error)
        self._forget(path)
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            self._stop_writing(fault)

    def _stop_writing(self, error: OSError) -> None:
        if self._can_write:
            self._can_write = False
            logger.warning(
                "the prefix cache cannot write to {} ({}); it will not try again before a restart",
                self._folder,
                error.strerror or error,
            )


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all, for the user's eyes only."""
    unfinished = path.with_suffix(".tmp")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(content)
        _stamp(unfinished)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _stamp(path: Path) -> None:
    """Set the time by which a next start orders files; the system's own is too coarse for that."""
    now = time.time_ns()
    os.utime(path, ns=(now, now))
