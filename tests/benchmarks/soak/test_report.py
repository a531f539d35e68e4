"""The soak test's verdict."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.soak.memory import MEGABYTE, MemorySample
from benchmarks.soak.report import JSON_FILE, SoakReport, as_markdown, write_soak_report
from benchmarks.soak.wear import Wear
from tests.benchmarks.test_report import MACHINE


def good_wear() -> Wear:
    return Wear(
        num_requests=4_000,
        num_compared={"greedy": 40, "seeded": 38},
        memory=[MemorySample(1_000 * index, 400 * MEGABYTE) for index in range(5)],
        exit_code=0,
    )


REPORT = SoakReport("./run.sh soak", "2025-01-02", MACHINE, 10.0, good_wear(), {0: 200})


def test_a_soak_without_a_mistake_is_good() -> None:
    assert REPORT.is_good
    assert "**no**" not in as_markdown(REPORT)


@pytest.mark.parametrize("field", ["num_wrong", "num_failed", "num_left_behind", "exit_code"])
def test_a_single_mistake_is_not_good(field: str) -> None:
    wear = good_wear()
    setattr(wear, field, 1)
    report = replace(REPORT, wear=wear)
    assert not report.is_good
    assert "**no**" in as_markdown(report)


def test_growing_memory_is_not_good() -> None:
    samples = [MemorySample(1_000 * index, (400 + 20 * index) * MEGABYTE) for index in range(5)]
    assert not replace(REPORT, wear=replace(good_wear(), memory=samples)).is_good


def test_one_exit_code_134_is_not_good() -> None:
    report = replace(REPORT, exit_codes={0: 199, 134: 1})
    assert not report.is_good
    assert "134: 1 times" in as_markdown(report)


def test_mistakes_are_shown() -> None:
    wear = replace(good_wear(), mistakes=["greedy: 'a' instead of 'b'"])
    assert "- greedy: 'a' instead of 'b'" in as_markdown(replace(REPORT, wear=wear))


@pytest.mark.parametrize("half", ["wear", "exit_codes"])
def test_either_half_may_be_left_out(half: str, tmp_path: Path) -> None:
    report = replace(REPORT, **{half: None})  # type: ignore[arg-type]
    assert report.is_good
    write_soak_report(report, tmp_path)
    assert json.loads((tmp_path / JSON_FILE).read_text())[half] is None
