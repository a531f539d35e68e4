"""The file area: whole files, or none."""

from pathlib import Path

import pytest

from jobs.errors import StorageFault, TooLarge
from jobs.file_area import FileArea


async def test_a_file_is_there_once_it_is_kept(tmp_path: Path) -> None:
    area = FileArea(tmp_path)
    async with area.write("file-1") as writer:
        await writer.add(b"a" * 1_500_000)
        await writer.add(b"b")
        assert not area.path("file-1").exists()
        await writer.keep()
    assert area.path("file-1").read_bytes() == b"a" * 1_500_000 + b"b"


async def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    async with FileArea(tmp_path).write("file-1") as writer:
        await writer.add(b"a" * 1_500_000)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_above_its_limit_is_refused(tmp_path: Path) -> None:
    async with FileArea(tmp_path).write("file-1", max_bytes=3) as writer:
        await writer.add(b"abc")
        with pytest.raises(TooLarge, match="3 bytes"):
            await writer.add(b"d")


async def test_a_folder_that_is_gone_is_a_storage_fault(tmp_path: Path) -> None:
    with pytest.raises(StorageFault, match="No such file"):
        async with FileArea(tmp_path / "none").write("file-1"):
            pass


async def test_only_what_has_a_record_stays(tmp_path: Path) -> None:
    for name in ("file-1", "file-2", "incoming-file-3"):
        (tmp_path / name).write_bytes(b"x")
    assert await FileArea(tmp_path).keep_only(["file-1"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file-1"]
