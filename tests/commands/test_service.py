"""`./run.sh service` as a user runs it; nothing is installed here."""

import os
import plistlib
from pathlib import Path

import pytest

import commands.service as command
from commands.service import find_manager, main
from service.launchd import Launchd
from service.service import ServiceError
from service.systemd import Systemd


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "models"))


def test_what_would_be_installed_can_be_read_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--print"], system="Linux") == 0
    assert "[Service]" in capsys.readouterr().out
    assert main(["install", "--print"], system="Darwin") == 0
    assert plistlib.loads(capsys.readouterr().out.strip().encode())["RunAtLoad"]


def test_the_service_of_the_machine_is_printed_for_the_administrator(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "own_name", lambda: "anna")
    assert main(["install", "--system"], system="Linux") == 0
    printed = capsys.readouterr()
    assert "User=anna" in printed.out
    assert "sudo tee /etc/systemd/system/hearth.service" in printed.err
    assert (tmp_path / "data").is_dir()
    assert main(["uninstall", "--system"], system="Linux") == 0
    assert "sudo systemctl disable --now hearth.service" in capsys.readouterr().out


def test_the_service_of_the_machine_does_not_run_as_root(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert main(["install", "--system"], system="Linux") == 1
    assert "must not run as root" in capsys.readouterr().err


def test_a_mac_has_no_service_of_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "--system"], system="Darwin") == 1
    assert "--system is for Linux" in capsys.readouterr().err


def test_each_system_has_its_manager(tmp_path: Path) -> None:
    assert isinstance(find_manager("Darwin"), Launchd)
    assert isinstance(find_manager("Linux", runs=tmp_path), Systemd)


def test_without_a_service_manager_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"neither launchd nor .* systemd"):
        find_manager("Linux", runs=tmp_path / "nothing")


def test_a_wrong_setting_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARTH_PORT", "many")
    assert main(["status"]) == 2
    assert "HEARTH_PORT" in capsys.readouterr().err
