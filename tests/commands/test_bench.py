"""`./run.sh bench`: its flags, and a quick run from end to end."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks.report import JSON_FILE, MARKDOWN_FILE
from benchmarks.scenarios.registry import SCENARIOS
from commands.bench import parse
from settings import ROOT

LIMIT_SECONDS = 600


def test_scenarios_can_be_chosen_several_at_a_time() -> None:
    assert parse(["--only", "decode", "--only", "http"]).only == ["decode", "http"]


@pytest.mark.parametrize(
    "flags",
    [
        ["--only", "decoding"],
        ["--repetitions", "0"],
        ["--idle-seconds", "-1"],
        ["--url", "localhost:8080"],
        ["--fast"],
    ],
)
def test_wrong_flags_are_refused(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(flags)
    assert stop.value.code == 2
    assert flags[0] in capsys.readouterr().err


@pytest.mark.tier_all
@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_process_behind(tmp_path: Path, order: signal.Signals) -> None:
    flags = ["--quick", "--only", "greedy", "--output", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "commands.bench", *flags],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        assert any("starting Hearth" in line for line in running.stderr)
        running.send_signal(order)
        running.stderr.read()
        assert running.wait(LIMIT_SECONDS) == 130
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in commands if any(str(tmp_path) in word for word in line)]
    assert list(tmp_path.glob(".models-*")) == []


@pytest.mark.tier_all
def test_a_quick_run_measures_everything(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "commands.bench", "--quick", "--output", str(tmp_path)]
    finished = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert finished.returncode == 0, finished.stderr
    written = json.loads((tmp_path / JSON_FILE).read_text())
    assert [result["name"] for result in written["results"]] == [each.name for each in SCENARIOS]
    assert all(result["rows"] for result in written["results"])
    table = (tmp_path / MARKDOWN_FILE).read_text()
    assert table in finished.stdout
    assert table.count("quick run |") > len(SCENARIOS)
    assert list(tmp_path.glob(".models-*")) == []
