"""`./run.sh soak`: its flags, and a short run from end to end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.soak.report import JSON_FILE
from commands.soak import parse
from settings import ROOT

LIMIT_SECONDS = 600


def test_it_is_long_unless_told_otherwise() -> None:
    asked = parse([])
    assert (asked.requests, asked.restarts) == (10_000, 200)


@pytest.mark.parametrize("flags", [["--requests", "-1"], ["--requests", "0", "--restarts", "0"]])
def test_wrong_flags_are_refused(flags: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(flags)
    assert stop.value.code == 2


@pytest.mark.tier_all
def test_a_short_soak_is_good(tmp_path: Path) -> None:
    flags = ["--requests", "150", "--restarts", "3", "--seed", "5", "--output", str(tmp_path)]
    finished = subprocess.run(
        [sys.executable, "-m", "commands.soak", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    written = json.loads((tmp_path / JSON_FILE).read_text())
    assert written["wear"]["num_requests"] == 150
    assert sum(written["wear"]["num_compared"].values()) > 0
    assert written["exit_codes"] == {"0": 3}
