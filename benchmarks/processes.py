"""What a process has used so far: processor time and memory.

Thread: both.
"""

import os
import re
import subprocess
from pathlib import Path

PS_TIME = re.compile(r"(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:\.\d+)?)")

MAX_OPEN_FILES = re.compile(r"^Max open files\s+(\d+)", re.MULTILINE)


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of a process, in user and system mode."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return parse_ps_time(_ps(pid, "time"))
    # The name, in brackets, may hold spaces. Source: man 5 proc, fields 14 and 15.
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """Memory that a process holds and that is not swapped out."""
    statm = Path(f"/proc/{pid}/statm")
    if not statm.exists():
        return int(_ps(pid, "rss")) * 1024
    return int(statm.read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def max_open_files(pid: int) -> int | None:
    """How many files and connections a process may have open; None where nothing tells it."""
    limits = Path(f"/proc/{pid}/limits")
    if not limits.exists():
        return None
    found = MAX_OPEN_FILES.search(limits.read_text(encoding="utf-8"))
    return int(found[1]) if found else None


def parse_ps_time(text: str) -> float:
    """Seconds of what `ps -o time=` prints: `0:01.23` on macOS, `1-02:03:04` elsewhere."""
    found = PS_TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time of ps")
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _ps(pid: int, column: str) -> str:
    return subprocess.run(
        ["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=True
    ).stdout.strip()
