"""The data directory can be written and has room, or it is said why not."""

import errno
import tempfile
from pathlib import Path
from typing import Any

import pytest

from doctor.disk import allowed_bytes, check_data_dir, check_disk_space
from settings import Settings


def settings(folder: Path, **values: Any) -> Settings:
    return Settings(_env_file=None, _env_prefix="NOT_READ_", data_dir=folder, **values)


def test_a_folder_that_can_be_written_is_good_and_stays_empty(tmp_path: Path) -> None:
    assert check_data_dir(tmp_path).status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_made_later_is_good_and_is_not_made_now(tmp_path: Path) -> None:
    assert check_data_dir(tmp_path / "a" / "b").status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    found = check_data_dir(file)
    assert found.status == "problem"
    assert "not a folder" in found.finding
    assert check_data_dir(file / "below").status == "problem"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="only Linux has /proc")
@pytest.mark.parametrize("folder", ["/proc", "/proc/self"])
def test_a_folder_that_nobody_can_write_to_is_a_problem(folder: str) -> None:
    found = check_data_dir(Path(folder))
    assert found.status == "problem"
    assert "cannot be written" in found.finding
    assert "--data-dir" in (found.mend or "")


def test_a_disk_that_is_full_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert "No space left" in check_data_dir(tmp_path).finding
    found = check_disk_space(settings(tmp_path), free_bytes=12_000_000)
    assert found.status == "problem"
    assert "12 MB are free" in found.finding


def test_less_room_than_settings_allow_to_be_used_is_a_warning(tmp_path: Path) -> None:
    found = check_disk_space(settings(tmp_path, files_gb=50), free_bytes=20_000_000_000)
    assert found.status == "warning"
    assert "50.8 GB" in found.finding
    assert "--files-gb" in (found.mend or "")


def test_a_model_to_be_downloaded_counts(tmp_path: Path) -> None:
    room_bytes = allowed_bytes(settings(tmp_path))
    assert check_disk_space(settings(tmp_path), free_bytes=room_bytes).status == "ok"
    assert (
        check_disk_space(settings(tmp_path), free_bytes=room_bytes, download_bytes=1).status
        == "warning"
    )


def test_the_disk_is_that_of_a_folder_which_is_not_there_yet(tmp_path: Path) -> None:
    found = check_disk_space(settings(tmp_path / "a" / "b", files_gb=0))
    assert str(tmp_path) in found.finding
