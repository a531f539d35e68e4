"""What the figures were measured on: machine, versions, commit.

Thread: both.
"""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version

from settings import ROOT, read_version

GIBIBYTE = 1024**3


@dataclass(frozen=True, slots=True)
class Machine:
    """One line each of the report's head."""

    system: str
    processor: str
    num_cores: int
    memory_gib: float
    python: str
    hearth: str
    commit: str
    mlx: str
    mlx_lm: str
    device: str
    blas: str
    load_average: float

    @classmethod
    def here(cls) -> "Machine":
        """This machine, now."""
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return cls(
            system=platform.platform(),
            processor=_processor(),
            num_cores=_num_cores(),
            memory_gib=round(memory_bytes / GIBIBYTE, 1),
            python=platform.python_version(),
            hearth=read_version(),
            commit=_commit(),
            mlx=version("mlx"),
            mlx_lm=version("mlx-lm"),
            device=_device(),
            blas=_blas(),
            load_average=round(os.getloadavg()[0], 2),
        )


def _num_cores() -> int:
    """Those that this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    if platform.system() == "Darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor()
    for line in _output("cat", "/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _device() -> str:
    """What mlx computes on. Asked in another process: mlx shall not start in this one."""
    return _output(sys.executable, "-c", "import mlx.core; print(mlx.core.default_device())")


def _blas() -> str:
    """The library that run.sh loads before mlx's own; it decides what a CPU can do."""
    preloaded = os.environ.get("LD_PRELOAD", "")
    names = [os.path.basename(path) for path in preloaded.split(":") if "blas" in path.lower()]
    return ", ".join(names) or "mlx's own"


def _commit() -> str:
    commit = _output("git", "rev-parse", "--short=12", "HEAD") or "unknown"
    return f"{commit} with changes" if _output("git", "status", "--porcelain") else commit


def _output(*command: str) -> str:
    """What a program prints; nothing where it is missing or fails."""
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
