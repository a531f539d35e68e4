"""A service to install, and service managers that only answer."""

from pathlib import Path

import pytest

from network.programs import Answer
from service.service import Plan


class Recorded:
    """Answers by the words of a command, and what was asked."""

    def __init__(self, **answers: Answer) -> None:
        self.asked: list[str] = []
        self.answers = answers

    def __call__(self, *command: str) -> Answer | None:
        self.asked.append(" ".join(command))
        words = [word for word in command if word in self.answers]
        return self.answers[words[0]] if words else Answer(0, "")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        root=tmp_path / 'my "check" out 100% $HOME',
        data_dir=tmp_path / "data dir",
        stop_seconds=90,
        environment={"PATH": "/usr/bin:/bin", "HF_HOME": str(tmp_path / "models")},
    )
