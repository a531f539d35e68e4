"""A file that is opened on another thread is never lost."""

import asyncio
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from jobs.opening import open_file


class SlowPath(type(Path())):  # type: ignore[misc]
    """A path on a disk that is busy until the test lets it go on."""

    is_opening = threading.Event()
    may_go_on = threading.Event()
    opened: ClassVar[list[Any]] = []

    def open(self, *arguments: Any, **options: Any) -> Any:
        self.is_opening.set()
        self.may_go_on.wait()
        self.opened.append(super().open(*arguments, **options))
        return self.opened[0]


async def test_a_file_that_opens_for_somebody_who_has_left_is_closed(tmp_path: Path) -> None:
    path = SlowPath(tmp_path / "new")
    opening = asyncio.create_task(open_file(path, "wb"))
    await asyncio.to_thread(path.is_opening.wait)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    path.may_go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert [file.closed for file in path.opened] == [True]
