"""All checks together, on a healthy set-up and on broken ones."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from doctor import checkup
from doctor.checkup import examine
from doctor.finding import Finding
from doctor.report import worst
from settings import Settings, SettingsProblem
from tests.doctor.test_tls import Pair


def settings(folder: Path, **values: Any) -> Settings:
    values = {"host": "127.0.0.1", "port": 0, "data_dir": folder, "files_gb": 0, **values}
    return Settings(_env_file=None, _env_prefix="NOT_READ_", **values)


def found(folder: Path, **values: Any) -> dict[str, Finding]:
    """By check; no program of the system is asked."""
    findings = examine(settings(folder, **values), ask=lambda *_: None)
    assert all((each.mend is None) is (each.status == "ok") for each in findings)
    return {each.check: each for each in findings}


def problems(findings: dict[str, Finding]) -> set[str]:
    return {name for name, each in findings.items() if each.status == "problem"}


def test_a_healthy_set_up_has_no_problem(tmp_path: Path) -> None:
    findings = found(tmp_path)
    assert problems(findings) == set()
    assert {"Python", "backend", "clock", "settings", "model", "memory", "port"} <= set(findings)
    assert worst(list(findings.values())) in ("ok", "warning")


def test_a_server_for_this_machine_alone_is_not_asked_for_the_lan(tmp_path: Path) -> None:
    assert not {"LAN addresses", "firewall", "names", "TLS"} & set(found(tmp_path))


def test_a_server_for_the_lan_is(tmp_path: Path) -> None:
    findings = found(tmp_path, host="0.0.0.0")
    assert {"LAN addresses", "firewall", "names", "TLS"} <= set(findings)
    assert findings["API keys"].status == "ok"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"host": "203.0.113.99"}, "address"),
        ({"host": "no-such-host.invalid"}, "address"),
        ({"model": "/no/such/folder"}, "model"),
        ({"memory_limit_gb": 0.001}, "model"),
        ({"data_dir": Path(__file__)}, "data directory"),
    ],
)
def test_each_broken_set_up_has_its_one_problem(
    tmp_path: Path, values: dict[str, Any], problem: str
) -> None:
    lan = {"LAN addresses", "API keys"}  # an address elsewhere is not this machine's LAN
    assert problems(found(tmp_path, **values)) - lan == {problem}


def test_a_taken_port_is_the_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.listening.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert problems(found(tmp_path, port=taken.getsockname()[1])) == {"port"}


def test_an_expired_certificate_is_a_problem_also_where_no_other_machine_connects(
    tmp_path: Path,
) -> None:
    pair = Pair(tmp_path, ends=datetime(2026, 6, 2, tzinfo=UTC))
    pair.key.chmod(0o644)  # a lesser finding, which must not hide it
    findings = found(tmp_path, tls_cert=pair.certificate, tls_key=pair.key)
    assert problems(findings) == {"TLS"}
    assert "ended on 2026-06-02" in findings["TLS"].finding


def test_no_key_on_the_lan_is_a_problem(tmp_path: Path) -> None:
    assert "API keys" in problems(found(tmp_path, host="0.0.0.0", require_key="never"))


def test_wrong_settings_are_a_problem_and_the_machine_is_checked_all_the_same() -> None:
    findings = examine(SettingsProblem("--port (HEARTH_PORT) is '1x'"), ask=lambda *_: None)
    by_name = {each.check: each for each in findings}
    assert by_name["settings"].status == "problem"
    assert "'1x'" in by_name["settings"].finding
    assert "backend" in by_name
    assert "port" not in by_name


def test_a_check_that_fails_by_itself_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Finding:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(checkup, "check_address", broken)
    findings = found(tmp_path)
    assert "a fault of ours" in findings["address"].finding
    assert problems(findings) == {"address"}
