"""Checks of the data directory: it can be written and has room.

Thread: both (a process of its own).
"""

import os
import shutil
import tempfile
from pathlib import Path

from doctor.finding import Finding, ok, problem, warning
from doctor.model import in_words
from settings import Settings

LEAST_BYTES = 500_000_000
"""For logs, the database of batches and a file or two."""

PROBE = b"hearth" * 1000


def check_data_dir(folder: Path) -> Finding:
    """Whether the server may write there. Nothing is left behind."""
    name = "data directory"
    mend = "give another --data-dir (HEARTH_DATA_DIR), or its right to write"
    if not folder.exists():
        parent = existing_parent(folder)
        if parent.is_dir() and os.access(parent, os.W_OK):
            return ok(name, f"{folder} is made at the first start")
        return problem(name, f"{folder} cannot be made: {parent} may not be written", mend)
    if not folder.is_dir():
        return problem(name, f"{folder} is a file, not a folder", mend)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return problem(name, f"{folder} cannot be written: {error.strerror}", mend)
    return ok(name, f"{folder} can be written")


def check_disk_space(
    settings: Settings, *, download_bytes: int = 0, free_bytes: int | None = None
) -> Finding:
    """Whether the disk has room for what the settings allow to be kept."""
    name = "disk space"
    folder = existing_parent(settings.data_dir)
    if free_bytes is None:
        free_bytes = shutil.disk_usage(folder).free
    found = f"{in_words(free_bytes)} are free in {folder}"
    if free_bytes < LEAST_BYTES:
        mend = f"make room for {in_words(LEAST_BYTES)} at least, or give a --data-dir elsewhere"
        return problem(name, found, mend)
    wanted_bytes = allowed_bytes(settings) + download_bytes
    if wanted_bytes > free_bytes:
        return warning(
            name,
            f"{found}; settings and model may take {in_words(wanted_bytes)}",
            "make room, or lower --files-gb, --prefix-disk-gb or --answer-cache-mb",
        )
    return ok(name, f"{found}; settings and model may take {in_words(wanted_bytes)}")


def allowed_bytes(settings: Settings) -> int:
    """What may be kept in the data directory, with the least for everything else."""
    kept_gb = settings.files_gb + settings.prefix_disk_gb + settings.answer_cache_mb / 1000
    return int(kept_gb * 1e9) + LEAST_BYTES


def existing_parent(path: Path) -> Path:
    """The path itself, or the nearest folder above it that exists."""
    return next(each for each in (path, *path.absolute().parents) if each.exists())
