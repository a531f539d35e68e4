"""Programs of the system answer, fail or are missing; none is waited for without end."""

import sys

import pytest

from network import programs
from network.programs import Answer, ask_program


def test_an_answer_has_the_exit_code_and_all_that_was_said() -> None:
    script = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    assert ask_program(sys.executable, "-c", script) == Answer(3, "out\nerr\n")


def test_a_missing_program_gives_none() -> None:
    assert ask_program("no-such-program-here") is None


def test_a_program_that_does_not_end_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "TIMEOUT_SECONDS", 0.2)
    assert ask_program(sys.executable, "-c", "import time; time.sleep(30)") is None
