"""What the soak test found, as Markdown and JSON, and whether it is good.

Thread: both (pure, but for `write_soak_report`).
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.machine import Machine
from benchmarks.soak.memory import Growth, growth, memory_table
from benchmarks.soak.wear import Wear

JSON_FILE = "soak.json"
MARKDOWN_FILE = "soak.md"

NUM_WARM_UP = 1_000
MAX_GROWTH_PERCENT = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    what: str
    found: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class SoakReport:
    """Both halves; of one that was left out there is nothing."""

    command: str
    started_at: str
    machine: Machine
    seconds: float
    wear: Wear | None
    exit_codes: dict[int, int] | None

    @property
    def growth(self) -> Growth | None:
        return growth(self.wear.memory, num_warm_up=NUM_WARM_UP) if self.wear else None

    @property
    def checks(self) -> list[Check]:
        of_wear = _wear_checks(self.wear, self.growth) if self.wear else []
        return of_wear + (_restart_checks(self.exit_codes) if self.exit_codes else [])

    @property
    def is_good(self) -> bool:
        return all(check.is_good for check in self.checks)


def _wear_checks(wear: Wear, growth: Growth | None) -> list[Check]:
    compared = ", ".join(f"{count} {kind}" for kind, count in sorted(wear.num_compared.items()))
    checks = [
        Check("answers that are wrong", f"{wear.num_wrong} ({compared})", wear.num_wrong == 0),
        Check(
            f"requests that failed, of {wear.num_requests:,} ({wear.num_given_up:,} given up)",
            str(wear.num_failed),
            wear.num_failed == 0,
        ),
        Check(
            "requests that the server still holds at the end",
            str(wear.num_left_behind),
            wear.num_left_behind == 0,
        ),
        Check("exit code", str(wear.exit_code), wear.exit_code == 0),
    ]
    if growth:
        found = f"{growth.percent:+.1f} % ({growth.bytes_per_request * 1000 / 1e6:+.2f} MB a 1,000)"
        what = (
            f"growth of memory after {NUM_WARM_UP:,} requests, at most {MAX_GROWTH_PERCENT:.0f} %"
        )
        checks.append(Check(what, found, growth.percent <= MAX_GROWTH_PERCENT))
    return checks


def _restart_checks(exit_codes: dict[int, int]) -> list[Check]:
    found = ", ".join(f"{code}: {count} times" for code, count in sorted(exit_codes.items()))
    what = f"exit codes of {sum(exit_codes.values())} restarts under load"
    return [Check(what, found, set(exit_codes) == {0})]


def write_soak_report(report: SoakReport, folder: Path) -> None:
    """Write both files."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    plain = dataclasses.asdict(report) | {"checks": report.checks, "growth": report.growth}
    (folder / JSON_FILE).write_bytes(orjson.dumps(plain, option=options))
    (folder / MARKDOWN_FILE).write_text(as_markdown(report), encoding="utf-8")


def as_markdown(report: SoakReport) -> str:
    """Checks, memory and the first mistakes."""
    machine = report.machine
    lines = [
        "# Hearth soak test",
        "",
        f"- {report.started_at}, `{report.command}`, {report.seconds:.0f} s",
        f"- commit {machine.commit}, Hearth {machine.hearth}, mlx {machine.mlx}, "
        f"Python {machine.python}",
        f"- {machine.processor}, {machine.num_cores} cores, {machine.memory_gib} GiB, "
        f"{machine.system}",
        "",
        "| what | found | good |",
        "|---|---|---|",
        *(
            f"| {check.what} | {check.found} | {'yes' if check.is_good else '**no**'} |"
            for check in report.checks
        ),
    ]
    if report.wear:
        lines += ["", "## Memory", "", *memory_table(report.wear.memory)]
        if report.wear.mistakes:
            lines += ["", "## Mistakes", "", *(f"- {text}" for text in report.wear.mistakes)]
    return "\n".join([*lines, ""])
