"""The report: every figure is there, and one that falls short is not hidden."""

import json
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure, NotMeasured, Series, at_least, at_most, ratio
from benchmarks.machine import Machine
from benchmarks.report import (
    JSON_FILE,
    MARKDOWN_FILE,
    SVG_FILE,
    Report,
    as_markdown,
    write_report,
)
from benchmarks.runner import Result
from benchmarks.session import Options

MACHINE = Machine(
    system="Linux",
    processor="A processor",
    num_cores=2,
    memory_gib=8.0,
    python="3.11.7",
    hearth="0.1.0",
    commit="abcdef",
    mlx="1",
    mlx_lm="2",
    device="Device(cpu, 0)",
    blas="libopenblas.so.0",
    load_average=0.1,
)
SHORT = ratio(
    "tokens | streams",
    Series("Hearth", "tokens/s", (5.0, 6.0, 7.0)),
    Series("bare loop", "tokens/s", (10.0, 10.0, 10.0)),
    must=at_least(0.95),
    note="why it is short",
)
RESULTS = [
    Result("decode", "about", 1.0, [SHORT, Figure("gap", (3.0,), "ms", at_most(5))]),
    Result("cache", "about", 1.0, [NotMeasured("lookup", "no cache", at_most(5))]),
    Result("broken", "about", 1.0, [], error="the server\nended"),
]
REPORT = Report("./run.sh bench", "2025-01-02 03:04 +0000", MACHINE, Options(), RESULTS)


def row(markdown: str, what: str) -> list[str]:
    [line] = [line for line in markdown.splitlines() if line.startswith(f"| {what}")]
    return [cell.strip() for cell in line.replace("\\|", "/").strip("|").split("|")]


def test_a_figure_that_falls_short_says_so_beside_what_it_must_reach() -> None:
    cells = row(as_markdown(REPORT), "tokens")
    assert cells[:4] == ["tokens / streams", "0.6 (0.5–0.7) ×", "≥ 0.95", "**no**"]
    assert cells[4] == "Hearth 6 (5–7) tokens/s; bare loop 10 tokens/s"


def test_a_figure_that_is_reached_says_so() -> None:
    assert row(as_markdown(REPORT), "gap")[1:4] == ["3 ms", "≤ 5", "yes"]


def test_a_figure_that_was_not_measured_is_in_the_table_with_the_reason() -> None:
    cells = row(as_markdown(REPORT), "lookup")
    assert cells[1:] == ["–", "≤ 5", "not measured", "no cache"]


def test_a_scenario_that_failed_is_named_in_one_line() -> None:
    assert "- broken: the server ended" in as_markdown(REPORT)
    assert REPORT.has_failures


def test_falling_short_is_no_failure() -> None:
    assert not replace(REPORT, results=RESULTS[:2]).has_failures


def test_a_quick_run_claims_nothing() -> None:
    markdown = as_markdown(replace(REPORT, options=Options(is_quick=True)))
    assert "figures mean nothing" in markdown
    assert row(markdown, "tokens")[3] == "quick run"


def test_the_head_names_machine_versions_commit_and_command() -> None:
    head = as_markdown(REPORT).partition("| what")[0]
    parts = ("A processor", "2 cores", "mlx 1", "mlx-lm 2", "abcdef", "./run.sh bench", "openblas")
    assert [part for part in parts if part not in head] == []


def test_json_has_every_value_and_its_judgement(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    written = json.loads((tmp_path / JSON_FILE).read_text())
    figure = written["results"][0]["rows"][0]
    assert (figure["median"], figure["values"], figure["is_met"]) == (0.6, [0.5, 0.6, 0.7], False)
    assert figure["must"] == "≥ 0.95"
    assert figure["series"][0]["median"] == 6.0
    assert written["machine"]["commit"] == "abcdef"
    assert (tmp_path / MARKDOWN_FILE).read_text() == as_markdown(REPORT)


def test_the_picture_says_what_was_measured_where(tmp_path: Path) -> None:
    quick = replace(REPORT, options=Options(is_quick=True))
    for report, warning in ((REPORT, ""), (quick, " (a quick run: its figures mean nothing)")):
        write_report(report, tmp_path)
        picture = (tmp_path / SVG_FILE).read_text()
        assert f">Hearth benchmark{warning}: A processor, 2 cores, commit abcdef<" in picture
        assert "tokens | streams" in picture
