"""The unit, which systemd itself verifies where it is installed, and what systemctl is asked."""

import getpass
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from network.programs import Answer
from service.service import Plan, ServiceError
from service.systemd import Systemd, unit_of
from tests.service.conftest import Recorded

SHOWN = "ActiveState=active\nSubState=running\nMainPID=4242\nExecMainStatus=0\nNRestarts=0\n"


def test_a_unit_starts_again_after_a_crash_and_not_after_wrong_usage(plan: Plan) -> None:
    lines = unit_of(plan, user=None).splitlines()
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=2" in lines
    assert "TimeoutStopSec=90" in lines
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines
    assert "NoNewPrivileges=yes" in lines
    assert "WantedBy=default.target" in lines
    assert not [line for line in lines if line.startswith(("User=", "ProtectSystem="))]


def test_the_unit_of_the_system_runs_as_a_user_and_writes_in_two_places(plan: Plan) -> None:
    lines = unit_of(plan, user="anna").splitlines()
    assert "User=anna" in lines
    assert "ProtectSystem=strict" in lines
    assert f'ReadWritePaths="-{plan.data_dir}" "-{plan.models}"' in lines
    assert "WantedBy=multi-user.target" in lines


def test_odd_paths_stay_one_word(plan: Plan) -> None:
    start = next(s for s in unit_of(plan, user=None).splitlines() if s.startswith("ExecStart="))
    assert r'"my' not in start
    assert r'my \"check\" out 100%% $$HOME/run.sh" "serve"' in start


@pytest.mark.parametrize("is_of_the_system", [False, True])
def test_systemd_finds_no_fault_in_it(
    plan: Plan, tmp_path: Path, need_tool: Callable[[str], str], *, is_of_the_system: bool
) -> None:
    analyze = need_tool("systemd-analyze")
    plan.root.mkdir()
    unit = tmp_path / "hearth.service"
    unit.write_text(unit_of(plan, user=getpass.getuser() if is_of_the_system else None))
    scope = () if is_of_the_system else ("--user",)
    verified = subprocess.run(
        [analyze, *scope, "verify", "--man=no", unit],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in verified.stderr.splitlines() if "hearth" in line]
    assert (verified.returncode, said) == (0, [])


def test_install_enables_and_starts_it(plan: Plan, tmp_path: Path) -> None:
    ask = Recorded()
    unit = Systemd(folder=tmp_path / "units", ask=ask)
    told = unit.install(plan)
    assert "enable-linger" in told
    assert "journalctl --user -u hearth" in told
    assert ask.asked[:3] == [
        "systemctl --user daemon-reload",
        "systemctl --user enable hearth.service",
        "systemctl --user restart --no-block hearth.service",
    ]
    assert unit.file.read_text() == unit_of(plan, user=None)


def test_a_user_who_lingers_needs_no_log_in(plan: Plan, tmp_path: Path) -> None:
    ask = Recorded(**{"show-user": Answer(0, "Linger=yes\n")})
    assert "starts with the machine" in Systemd(folder=tmp_path, ask=ask).install(plan)


def test_uninstall_stops_it_and_removes_the_file(plan: Plan, tmp_path: Path) -> None:
    unit = Systemd(folder=tmp_path, ask=Recorded())
    assert unit.uninstall() == "it was not installed"
    unit.install(plan)
    assert "removed" in unit.uninstall()
    assert not unit.file.exists()


def test_a_refusal_of_systemctl_is_told(plan: Plan, tmp_path: Path) -> None:
    ask = Recorded(enable=Answer(1, "Failed to connect to bus: No medium found\n"))
    with pytest.raises(ServiceError, match="enable failed: Failed to connect to bus"):
        Systemd(folder=tmp_path, ask=ask).install(plan)


def test_a_folder_that_cannot_be_written_is_told(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "units").write_text("")
    with pytest.raises(ServiceError, match="cannot write"):
        Systemd(folder=tmp_path / "units", ask=Recorded()).install(plan)


@pytest.mark.parametrize("of_system", [False, True])
def test_the_state_is_in_systemctls_words(plan: Plan, tmp_path: Path, *, of_system: bool) -> None:
    ask = Recorded(show=Answer(0, SHOWN))
    unit = Systemd(of_system=of_system, folder=tmp_path, ask=ask)
    assert unit.state().name == "not installed"
    unit.file.write_text(unit_of(plan, user=None))
    assert unit.state().name == "running"
    assert "MainPID 4242" in unit.state().detail
    assert ("--user" in ask.asked[-1]) is not of_system
    ask.answers["show"] = Answer(0, SHOWN.replace("=active", "=failed"))
    assert unit.state().name == "stopped"
