"""The flags of `./run.sh loadtest`, and what Locust is told."""

from pathlib import Path

import pytest

from commands.loadtest import LOCUST_FILE, LOCUST_FOLDER, locust_command, locust_environment, parse


def test_by_itself_it_loads_a_server_of_its_own_for_a_minute() -> None:
    asked = parse([])
    assert (asked.url, asked.users, asked.seconds) == (None, 20, 60)


@pytest.mark.parametrize(
    "flags", [["--users", "0"], ["--seconds", "-1"], ["--url", "127.0.0.1:8000"], ["--url", "x"]]
)
def test_what_cannot_be_run_is_refused(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(flags)
    assert flags[1] in capsys.readouterr().err


def test_locust_runs_without_its_web_page_and_writes_a_report() -> None:
    asked = parse(["--users", "50", "--seconds", "100"])
    command = locust_command(asked, "http://127.0.0.1:1", Path("load.html"))
    assert command[command.index("--host") + 1] == "http://127.0.0.1:1"
    assert command[command.index("--spawn-rate") + 1] == "5"
    assert command[command.index("--run-time") + 1] == "100s"
    assert command[command.index("--html") + 1] == "load.html"
    assert "--headless" in command


def test_locust_finds_its_own_packages_first() -> None:
    assert locust_environment()["PYTHONPATH"] == str(LOCUST_FOLDER)
    assert LOCUST_FILE.is_file()
