"""What a check found, and how to mend it.

Thread: both (a process of its own).
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]
"""problem: it does not work, or not as it must. warning: it works, and may not tomorrow."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` is the next step; only what is ok has none."""

    check: str
    status: Status
    finding: str
    mend: str | None = None


def ok(check: str, finding: str) -> Finding:
    """Nothing to do."""
    return Finding(check, "ok", finding)


def warning(check: str, finding: str, mend: str) -> Finding:
    """It works, and may not tomorrow or not for everybody."""
    return Finding(check, "warning", finding, mend)


def problem(check: str, finding: str, mend: str) -> Finding:
    """It does not work, or not as it must."""
    return Finding(check, "problem", finding, mend)
