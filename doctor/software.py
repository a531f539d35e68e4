"""Checks of Python, of mlx and of the library that a CPU needs to be fast.

Thread: both (a process of its own).
"""

import importlib
import platform
import sys
from pathlib import Path

from doctor.finding import Finding, ok, problem, warning

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
REINSTALL = "rm -rf .venv && ./run.sh doctor (installs everything again)"
LOADED_FILES = Path("/proc/self/maps")


def check_python(
    version: tuple[int, ...] = sys.version_info[:3], *, machine: str | None = None
) -> Finding:
    """Its version, and on a Mac that it is no Intel build."""
    name = "Python"
    shown = ".".join(map(str, version))
    architecture = machine or platform.machine()
    if not OLDEST_PYTHON <= version[:2] <= NEWEST_PYTHON:
        age = "old" if version < OLDEST_PYTHON else "new"
        return problem(
            name,
            f"{shown} is too {age}; Hearth needs 3.11 to 3.13",
            "install one of these, or uv, then rm -rf .venv && ./run.sh",
        )
    if platform.system() == "Darwin" and architecture != "arm64":
        return problem(
            name,
            f"{shown} is built for {architecture}; MLX needs arm64",
            "brew install python@3.12, then rm -rf .venv && ./run.sh",
        )
    return ok(name, f"{shown} for {architecture}")


def check_backend(module: str = "mlx.core") -> Finding:
    """Whether mlx can be loaded at all, and where it computes."""
    name = "backend"
    try:
        importlib.import_module(module)
    except (ImportError, OSError) as error:
        reason = " ".join(str(error).split())
        return problem(name, f"mlx cannot be loaded: {reason}", REINSTALL)
    # Imported here: this needs mlx, which is what was just found out.
    from batching.engine.device import backend

    where = backend()
    if where == "cpu" and platform.system() == "Darwin":
        return problem(name, "mlx computes on the CPU; a Mac has Metal", REINSTALL)
    if where == "cpu":
        return ok(name, "mlx on the CPU, which is for development and small models")
    return ok(name, f"mlx on {'Metal' if where == 'metal' else 'CUDA'}")


def check_openblas(loaded: Path = LOADED_FILES) -> Finding | None:
    """On a Linux CPU: whether OpenBLAS is loaded, without which fp32 is slow; else None."""
    name = "OpenBLAS"
    try:
        files = loaded.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    if "libmlx" in files and "cuda" in files:
        return None
    if "openblas" in files:
        return ok(name, "is loaded")
    return warning(
        name,
        "is not loaded: float32 matrix products are about 20 times slower",
        "apt install libopenblas0-pthread, and start Hearth through ./run.sh",
    )
