"""Python, the backend and OpenBLAS: what is missing is named with the way to mend it."""

import platform
from pathlib import Path

import pytest

from doctor.software import check_backend, check_openblas, check_python


@pytest.mark.parametrize(
    ("version", "word"), [((3, 9, 6), "too old"), ((3, 10, 14), "too old"), ((3, 14, 0), "too new")]
)
def test_a_python_that_hearth_cannot_use_is_a_problem(version: tuple[int, ...], word: str) -> None:
    found = check_python(version)
    assert found.status == "problem"
    assert word in found.finding
    assert found.mend is not None
    assert "3.11 to 3.13" in found.finding


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 9)])
def test_the_pythons_of_hearth_are_good(version: tuple[int, ...]) -> None:
    assert check_python(version, machine="arm64").status == "ok"


def test_an_intel_python_on_a_mac_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert check_python((3, 12, 0), machine="x86_64").status == "problem"
    assert check_python((3, 12, 0), machine="arm64").status == "ok"


def test_the_backend_of_this_machine_is_found() -> None:
    assert check_backend().status == "ok"


def test_a_missing_backend_is_a_problem() -> None:
    found = check_backend("mlx_that_is_not_installed")
    assert found.status == "problem"
    assert "mlx_that_is_not_installed" in found.finding
    assert found.mend is not None
    assert "rm -rf .venv" in found.mend


def test_openblas_is_looked_for_among_the_loaded_libraries(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.write_text("7f00-7f01 r-xp 00000000 08:01 42 /usr/lib/libopenblas.so.0\n")
    found = check_openblas(maps)
    assert found is not None
    assert found.status == "ok"


def test_a_linux_cpu_without_openblas_is_slow(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.write_text("7f00-7f01 r-xp 00000000 08:01 42 /usr/lib/libc.so.6\n")
    found = check_openblas(maps)
    assert found is not None
    assert found.status == "warning"
    assert found.mend is not None
    assert "libopenblas0-pthread" in found.mend


def test_a_system_that_does_not_list_its_libraries_needs_no_openblas(tmp_path: Path) -> None:
    assert check_openblas(tmp_path / "no such file") is None
