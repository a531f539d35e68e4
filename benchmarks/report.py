"""Results as JSON for programs, and as Markdown and a picture for people.

Thread: both (pure, but for `write_report`).
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks.figures import Figure, NotMeasured, Row, Series
from benchmarks.machine import Machine
from benchmarks.plot import as_svg
from benchmarks.runner import Result
from benchmarks.session import Options

JSON_FILE = "results.json"
MARKDOWN_FILE = "results.md"
SVG_FILE = "results.svg"

QUICK_WARNING = (
    "**A quick run, on a tiny model: it shows that everything works. Its figures mean nothing.**"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One run: what it was asked, where it ran, what came out."""

    command: str
    started_at: str
    machine: Machine
    options: Options
    results: list[Result]

    @property
    def rows(self) -> list[Row]:
        return [row for result in self.results for row in result.rows]

    @property
    def has_failures(self) -> bool:
        """Whether a scenario could not be measured; a figure that falls short is no failure."""
        return any(result.error for result in self.results)


def write_report(report: Report, folder: Path) -> None:
    """Write the three files."""
    (folder / JSON_FILE).write_bytes(orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2))
    (folder / MARKDOWN_FILE).write_text(as_markdown(report), encoding="utf-8")
    (folder / SVG_FILE).write_text(as_svg(report.rows, _caption(report)), encoding="utf-8")


def as_json(report: Report) -> dict[str, Any]:
    """Everything, with medians and judgements beside the single values."""
    plain = dataclasses.asdict(report)
    for result, of_result in zip(report.results, plain["results"], strict=True):
        of_result["rows"] = [_row_as_json(row) for row in result.rows]
    return plain


def _row_as_json(row: Row) -> dict[str, Any]:
    plain = dataclasses.asdict(row)
    plain["must"] = str(row.must) if row.must else None
    if isinstance(row, Figure):
        plain |= dataclasses.asdict(row.spread) | {"is_met": row.is_met}
        plain["series"] = [
            dataclasses.asdict(series) | dataclasses.asdict(series.spread) for series in row.series
        ]
    return plain


def as_markdown(report: Report) -> str:
    """The head and one table."""
    lines = ["# Hearth benchmark", "", *_head(report), ""]
    if report.options.is_quick:
        lines += [QUICK_WARNING, ""]
    lines += ["| what | figure | must | reached | sides |", "|---|---|---|---|---|"]
    lines += [_cells(_row_cells(row, is_quick=report.options.is_quick)) for row in report.rows]
    failures = [result for result in report.results if result.error]
    if failures:
        lines += ["", "## Not measured", ""]
        lines += [f"- {result.name}: {_one_line(result.error)}" for result in failures]
    notes = [row for row in report.rows if isinstance(row, Figure) and row.note]
    if notes:
        lines += ["", "## Notes", "", *(f"- {row.what}: {row.note}" for row in notes)]
    return "\n".join([*lines, ""])


def _head(report: Report) -> list[str]:
    machine = report.machine
    options = report.options
    return [
        f"- {report.started_at}, `{report.command}`",
        f"- commit {machine.commit}, Hearth {machine.hearth}, mlx {machine.mlx}, "
        f"mlx-lm {machine.mlx_lm}, Python {machine.python}",
        f"- {machine.processor}, {machine.num_cores} cores, {machine.memory_gib} GiB, "
        f"{machine.system}; mlx on {machine.device}, BLAS: {machine.blas}",
        f"- load average before the run: {machine.load_average}",
        f"- medians of {options.repetitions} repetitions (lowest–highest), sides in turn; "
        "a ratio is taken within each repetition",
    ]


def _caption(report: Report) -> str:
    machine = report.machine
    warning = " (a quick run: its figures mean nothing)" if report.options.is_quick else ""
    where = f"{machine.processor}, {machine.num_cores} cores, commit {machine.commit}"
    return f"Hearth benchmark{warning}: {where}"


def _row_cells(row: Row, *, is_quick: bool) -> Sequence[str]:
    must = str(row.must) if row.must else ""
    if isinstance(row, NotMeasured):
        return (row.what, "–", must, "not measured", row.reason)
    figure = f"{row.spread} {row.unit}".strip()
    return (row.what, figure, must, _reached(row, is_quick=is_quick), _sides(row.series))


def _reached(figure: Figure, *, is_quick: bool) -> str:
    if figure.is_met is None:
        return ""
    if is_quick:
        return "quick run"
    return "yes" if figure.is_met else "**no**"


def _sides(series: Sequence[Series]) -> str:
    return "; ".join(f"{each.name} {each.spread} {each.unit}".strip() for each in series)


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_one_line(cell).replace("|", "\\|") for cell in cells) + " |"


def _one_line(text: str) -> str:
    return " ".join(text.split())
