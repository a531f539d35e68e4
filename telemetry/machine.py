"""What the operating system says about this process and its disk.

Thread: a worker of asyncio's pool; a disk may be slow to answer.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class MachineUse:
    """`started_unix` is when the process began; the disk is that of one folder."""

    started_unix: float
    cpu_seconds: float
    num_open_files: int
    resident_bytes: int
    disk_free_bytes: int
    disk_size_bytes: int


def read_machine_use(folder: Path) -> MachineUse:
    """As it is now. A folder that is not there yet counts with the nearest one above it."""
    process = psutil.Process()
    with process.oneshot():
        times = process.cpu_times()
        while not folder.exists():
            folder = folder.parent
        disk = shutil.disk_usage(folder)
        return MachineUse(
            started_unix=process.create_time(),
            cpu_seconds=times.user + times.system,
            num_open_files=process.num_fds(),
            resident_bytes=process.memory_info().rss,
            disk_free_bytes=disk.free,
            disk_size_bytes=disk.total,
        )
