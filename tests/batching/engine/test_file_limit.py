"""The limit of open files, in processes of its own: a lowered limit cannot be raised again."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run(program: str) -> str:
    command = [sys.executable, "-c", f"import resource as r\n{program}"]
    done = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout.strip()


SET = "r.setrlimit(r.RLIMIT_NOFILE, ({soft}, {hard}))\n"
SHOW = "print(*r.getrlimit(r.RLIMIT_NOFILE))"


@pytest.mark.parametrize(("soft", "hard"), [(300, 3000), (100, 4096)])
def test_loading_mlx_lm_leaves_the_limit_as_it_is(soft: int, hard: int) -> None:
    limits = run(SET.format(soft=soft, hard=hard) + "import batching.engine.loader\n" + SHOW)
    assert limits == f"{soft} {hard}"


def test_the_limit_is_raised_to_what_is_allowed() -> None:
    raising = "from batching.engine.file_limit import raise_file_limit\nraise_file_limit()\n"
    assert run(SET.format(soft=256, hard=3000) + raising + SHOW) == "3000 3000"
