"""`./run.sh service` as a user runs it; nothing is installed here."""

import os
import plistlib
from pathlib import Path

import pytest

import commands.service as command
import settings as settings_module
from commands.service import act, find_manager, main, settings_of_service, what_it_serves
from service.launchd import Launchd
from service.service import ServiceError, make_plan
from service.systemd import Systemd
from settings import TINY_MODEL_NAME, Settings
from tests.service.conftest import Recorded


@pytest.fixture(autouse=True)
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / ".env"
    file.write_text(f"HEARTH_DATA_DIR={tmp_path / 'data'}\n")
    monkeypatch.setattr(settings_module, "ENV_FILE", file)
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "models"))
    return file


def write(env_file: Path, *lines: str) -> None:
    env_file.write_text("\n".join([env_file.read_text(), *lines]))


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
    assert "It will serve" in printed.err
    assert "It will serve" not in printed.out, "it would be a line of the unit"
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


def test_a_wrong_setting_is_wrong_usage(env_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(env_file, "HEARTH_PORT=many")
    assert main(["status"]) == 2
    assert "HEARTH_PORT" in capsys.readouterr().err


def test_install_says_what_it_will_serve_and_where(
    tmp_path: Path, env_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(env_file, "HEARTH_MODEL=org/model", "HEARTH_LAN=true", "HEARTH_TLS=auto")
    settings = settings_of_service()
    plan, served = make_plan(settings, {}), what_it_serves(settings)
    assert act("install", Systemd(folder=tmp_path, ask=Recorded()), plan, served) == 0
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert last_line.startswith("It will serve org/model on https://0.0.0.0:8000, to other machine")


def test_without_a_line_in_env_it_serves_the_demo_to_this_machine() -> None:
    served = what_it_serves(settings_of_service())
    assert f"{TINY_MODEL_NAME} on http://127.0.0.1:8000, to only this machine" in served


def test_what_the_shell_has_set_is_not_what_the_service_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEARTH_MODEL", "org/model")
    monkeypatch.setenv("HEARTH_PORT", "many")
    assert TINY_MODEL_NAME in what_it_serves(settings_of_service())
    assert os.environ["HEARTH_MODEL"] == "org/model"


def test_an_address_of_ipv6_has_brackets_and_a_certificate_means_https(env_file: Path) -> None:
    write(env_file, "HEARTH_HOST=::", "HEARTH_TLS_CERT=cert.pem")
    assert "https://[::]:8000, to other machines too" in what_it_serves(settings_of_service())
