"""A clock that cannot be right is a problem, one that nobody sets a warning."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doctor.clock import FILES, check_clock
from doctor.finding import Finding
from network.programs import Answer

CHECKED_OUT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (CHECKED_OUT.timestamp(),) * 2)
    return tmp_path


def check(root: Path, now: datetime, *, text: str = "NTPSynchronized=yes\n") -> Finding:
    return check_clock(now=now, root=root, ask=lambda *_: Answer(0, text), system="Linux")


def test_a_clock_that_a_time_server_sets_is_good(root: Path) -> None:
    found = check(root, CHECKED_OUT + timedelta(days=9))
    assert found.status == "ok"
    assert "time server" in found.finding


@pytest.mark.parametrize(
    "now", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)]
)
def test_a_clock_behind_the_files_of_hearth_is_a_problem(root: Path, now: datetime) -> None:
    found = check(root, now)
    assert found.status == "problem"
    assert "cannot be right" in found.finding
    assert "timedatectl set-ntp true" in (found.mend or "")


def test_a_clock_that_nobody_sets_is_a_warning(root: Path) -> None:
    later = CHECKED_OUT + timedelta(days=9)
    assert check(root, later, text="NTPSynchronized=no\n").status == "warning"


def test_a_machine_that_does_not_say_who_sets_its_clock_is_good(root: Path) -> None:
    later = CHECKED_OUT + timedelta(days=9)
    assert check(root, later, text="System has not been booted with systemd").status == "ok"
    found = check_clock(now=later, root=root, ask=lambda *_: None, system="Darwin")
    assert found.status == "ok"
