"""What keeps the records of files and batches: a small protocol, so that others can follow SQLite.

Thread: event loop.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from jobs.records import Batch, LineResult, StoredFile

Order = Literal["asc", "desc"]
Change = Callable[[Batch], Batch]
"""What becomes of a batch. It runs inside the transaction, perhaps on another thread, and raises
what keeps it from happening."""


class JobStore(Protocol):
    """Everything that returns has been kept for good. Lists are in order of creation.

    Every method may raise StorageFault; those that take `after`, UnknownId.
    """

    async def add_file(self, file: StoredFile) -> None:
        """Its content is in its place already."""

    async def file(self, file_id: str) -> StoredFile | None: ...

    async def files(
        self,
        *,
        after: str | None,
        limit: int,
        order: Order,
        purpose: str | None,
        owner: str | None = None,
    ) -> list[StoredFile]:
        """Of an owner, or of all."""

    async def expired_files(self, now_unix: float) -> list[StoredFile]: ...

    async def remove_file(self, file_id: str) -> None: ...

    async def num_file_bytes(self) -> int:
        """Of all files together."""

    async def add_batch(self, batch: Batch) -> Batch:
        """The one that is there already, if it has this `creation_key` and has not outlived its
        window."""

    async def batch(self, batch_id: str) -> Batch | None: ...

    async def batches(
        self, *, after: str | None, limit: int, owner: str | None = None
    ) -> list[Batch]:
        """The newest first, of an owner or of all."""

    async def unfinished_batches(self) -> list[Batch]:
        """The oldest first."""

    async def change_batch(self, batch_id: str, change: Change) -> Batch:
        """Read, change and keep a batch in one transaction."""

    async def add_results(self, batch_id: str, results: Sequence[LineResult]) -> Batch:
        """Keep what became of lines, and count them. A line that has a result keeps it."""

    async def results(self, batch_id: str, *, after: int, limit: int) -> list[LineResult]:
        """By number, above `after`; without their usage."""

    async def finished_numbers(self, batch_id: str) -> set[int]:
        """Of the lines that have a result."""

    async def end_batch(self, batch_id: str, change: Change, files: Sequence[StoredFile]) -> Batch:
        """Change a batch for the last time: its results are in `files` now."""

    async def forget_batches(self, created_before_unix: float) -> None:
        """Those that have ended."""

    async def close(self) -> None: ...
