"""`./run.sh doctor` as a user runs it."""

import json
import os
from pathlib import Path

import pytest

import settings as settings_module
from commands.doctor import main
from settings import ENV_PREFIX, Settings


@pytest.fixture(autouse=True)
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for .env, and no settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(ENV_PREFIX)]:
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    monkeypatch.setattr(settings_module, "ENV_FILE", file)
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    return file


def test_a_healthy_set_up_gives_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--data-dir", str(tmp_path), "--files-gb", "0"]) == 0
    assert "\nproblems: 0, " in capsys.readouterr().out


def test_a_wrong_line_of_env_is_found(env_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    env_file.write_text("HEARTH_PROT=9000\n")
    assert main([]) == 1
    assert "FAIL  settings: HEARTH_PROT is no setting; did you mean HEARTH_PORT?" in (
        capsys.readouterr().out
    )


def test_json_is_for_programs(env_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    env_file.write_text("HEARTH_HOST=203.0.113.99\n")
    assert main(["--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    status = {each["check"]: each["status"] for each in report["findings"]}
    assert status["address"] == "problem"
    assert status["Python"] == "ok"


def test_help_says_what_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "--json" in capsys.readouterr().out
