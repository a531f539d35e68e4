"""Checks of the clock: certificates, keys that expire and stored answers depend on it.

Thread: both (a process of its own).
"""

import platform
from datetime import UTC, datetime
from pathlib import Path

from doctor.finding import Finding, ok, problem, warning
from network.programs import AskProgram, ask_program
from settings import ROOT

FIRST_YEAR = 2025
"""Hearth is not older; a machine without a battery for its clock begins in 1970 or 2000."""

SLACK_SECONDS = 3600.0
FILES = ("setup.cfg", "CHANGELOG.md", "server.py")


def check_clock(
    *,
    now: datetime | None = None,
    root: Path = ROOT,
    ask: AskProgram = ask_program,
    system: str | None = None,
) -> Finding:
    """Whether it can be right, and on Linux whether a time server sets it."""
    name = "clock"
    now = now or datetime.now(UTC)
    on_a_mac = (system or platform.system()) == "Darwin"
    mend = "sudo sntp -sS time.apple.com" if on_a_mac else "sudo timedatectl set-ntp true"
    shown = f"{now:%Y-%m-%d %H:%M} UTC"
    newest_unix = max((root / file).stat().st_mtime for file in FILES)
    if now.year < FIRST_YEAR or now.timestamp() < newest_unix - SLACK_SECONDS:
        return problem(name, f"{shown} cannot be right: files of Hearth are newer", mend)
    synchronised = None if on_a_mac else ask("timedatectl", "show", "-p", "NTPSynchronized")
    if synchronised and "NTPSynchronized=no" in synchronised.text:
        return warning(name, f"{shown}, and no time server sets it", mend)
    if synchronised and "NTPSynchronized=yes" in synchronised.text:
        return ok(name, f"{shown}, set by a time server")
    return ok(name, shown)
