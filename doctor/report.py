"""Findings as text for people, and as JSON for programs.

Thread: both (a process of its own).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from doctor.finding import Finding, Status

SIGNS: dict[Status, str] = {"ok": "ok  ", "warning": "warn", "problem": "FAIL"}


def worst(findings: Sequence[Finding]) -> Status:
    """The worst of all findings."""
    found = {each.status for each in findings}
    return next((status for status in ("problem", "warning") if status in found), "ok")


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, and one with the way to mend it."""
    lines = []
    for each in findings:
        lines.append(f"{SIGNS[each.status]}  {each.check}: {each.finding}")
        if each.mend:
            lines.append(f"      -> {each.mend}")
    counts = {status: sum(each.status == status for each in findings) for status in SIGNS}
    lines.append(
        f"problems: {counts['problem']}, warnings: {counts['warning']}, ok: {counts['ok']}"
    )
    return "\n".join(lines)


def as_json(findings: Sequence[Finding], version: str) -> str:
    """`status` is the worst of all."""
    report = {
        "version": version,
        "status": worst(findings),
        "findings": [asdict(each) for each in findings],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)
