"""Files and batches of this server: what the endpoints ask for, and what goes on by itself.

Thread: event loop.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from loguru import logger

from jobs.errors import (
    Conflict,
    JobsUnavailable,
    StorageFault,
    TooManyBatches,
    UnknownId,
    UnusableFile,
)
from jobs.files import Files
from jobs.folder import JobsFolder, open_folder
from jobs.line_server import LineServer
from jobs.places import Places
from jobs.records import (
    INPUT_PURPOSE,
    KEPT_SECONDS,
    NOBODY,
    Batch,
    JobCounts,
    LineFault,
    new_id,
)
from jobs.runner import BatchRunner
from jobs.store import JobStore
from jobs.workshop import Workshop

T = TypeVar("T")

WINDOW_SECONDS = 24 * 3600
"""After which a batch expires."""

MAX_UNFINISHED = 256
MAX_UNFINISHED_OF_ONE = 64
"""Of one owner: the others come in too."""
CLEANING_SECONDS = 60.0
ALL = -1


@dataclass(frozen=True, slots=True)
class JobLimits:
    """`max_bytes` is for all files together; 0 switches files and batches off."""

    max_bytes: int
    max_line_bytes: int
    pause_seconds: float = 1.0


class Jobs:
    """Keeps files, and runs batches until they end or the server does.

    `problem` says why there are none, `trouble` why nothing can be kept at the moment.
    """

    def __init__(
        self,
        data_dir: Path,
        server: LineServer,
        limits: JobLimits,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._data_dir = data_dir
        self._limits = limits
        self._now = now
        self._server = server
        self._places = Places(lambda: server.num_rows + max(2, server.num_rows // 4))
        self._suspect_lock = asyncio.Lock()
        self._folder: JobsFolder | None = None
        self._runners: dict[str, BatchRunner] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.files = Files(self._require, lambda: self.unfinished, limits.max_bytes, now)
        self.problem: str | None = "Files and batches are not open yet."
        self.trouble: str | None = None
        self.counts = JobCounts()

    async def start(self) -> None:
        """Go on with what was left. A folder that cannot be used is a problem of jobs alone."""
        if not self._limits.max_bytes:
            self.problem = "Files and batches are switched off by --files-gb 0."
            return
        try:
            self._folder = await open_folder(self._data_dir)
            await self._remove_rests()
            unfinished = await self._folder.store.unfinished_batches()
        except StorageFault as fault:
            logger.error("no files and batches: {}", fault)
            self.problem = str(fault)
            return
        self.problem = None
        for batch in unfinished:
            logger.info("batch {} goes on: {}", batch.id, batch.status)
            self._begin(batch)
        self._keep_task(self._clean_again_and_again(), name="clean jobs")

    async def stop(self) -> None:
        """Leave what is unfinished to the next start."""
        runners = [*self._runners.values()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            for runner in runners:
                await runner.keep_suspects()
        except StorageFault as fault:
            logger.error("which lines may have ended the model is not kept: {}", fault)
        if self._folder:
            await self._folder.close()
            self._folder = None
        self.problem = self.problem or "Files and batches are closed."

    @property
    def unfinished(self) -> list[Batch]:
        return [runner.batch for runner in self._runners.values()]

    @property
    def num_lines_running(self) -> int:
        """Computed, waiting for a slot, or being kept."""
        return self._places.num_taken

    async def create_batch(
        self,
        endpoint: str,
        input_file_id: str,
        *,
        metadata: Mapping[str, str] | None,
        output_seconds: int | None,
        creation_key: str | None = None,
        owner: str = NOBODY,
        sees_all: bool = True,
    ) -> Batch:
        """Keep a batch and begin with it; or return the one that was created with this key. With
        `sees_all` the file may be another owner's.

        Raises:
            UnusableFile: there is no such file, or it is not for batches.
            TooManyBatches: too many are unfinished.
        """
        file = await self._store.file(input_file_id)
        if file is None or not (sees_all or file.owner == owner):
            raise UnusableFile(f"There is no file {input_file_id[:100]!r}. POST /v1/files first.")
        if file.purpose != INPUT_PURPOSE:
            raise UnusableFile(
                f"The file {file.id} has the purpose {file.purpose!r}; a batch reads files of "
                f"{INPUT_PURPOSE!r}."
            )
        self._require_place(owner)
        created_unix = int(self._now())
        batch = Batch(
            new_id("batch_"),
            endpoint,
            input_file_id,
            created_unix,
            created_unix + WINDOW_SECONDS,
            metadata=metadata,
            output_seconds=output_seconds,
            creation_key=creation_key,
            owner=owner,
        )
        return await self._to_its_end(self._add(batch), name=f"{batch.id} begins")

    async def batch(self, batch_id: str, *, owner: str | None = None) -> Batch:
        """One of an owner, or of anybody. Raises UnknownId."""
        batch = await self._store.batch(batch_id)
        if batch is None or owner not in (None, batch.owner):
            raise UnknownId("batch", batch_id)
        return batch

    async def batches(
        self, *, after: str | None, limit: int, owner: str | None = None
    ) -> list[Batch]:
        """Those of an owner, or all, the newest first. Raises UnknownId for an unknown `after`."""
        if after is not None:
            await self.batch(after, owner=owner)
        return await self._store.batches(after=after, limit=limit, owner=owner)

    async def cancel_batch(self, batch_id: str, *, owner: str | None = None) -> Batch:
        """Stop a batch; what is finished is kept.

        Raises:
            UnknownId, or Conflict when it is too late.
        """

        def cancelling(batch: Batch) -> Batch:
            if batch.status == "cancelling":
                return batch
            if batch.status not in ("validating", "in_progress"):
                raise Conflict(
                    f"The batch {batch.id} is {batch.status}. Only one that is validating or "
                    "in_progress can be cancelled."
                )
            return batch.moved("cancelling", at_unix=int(self._now()))

        async def cancel() -> Batch:
            await self.batch(batch_id, owner=owner)
            batch = await self._store.change_batch(batch_id, cancelling)
            runner = self._runners.get(batch_id)
            if runner is None:
                self._begin(batch)
            else:
                runner.end_early("cancelled")
            return batch

        return await self._to_its_end(cancel(), name=f"{batch_id} is cancelled")

    async def clean(self) -> None:
        """End what has expired, and forget what is old."""
        now = self._now()
        for runner in list(self._runners.values()):
            if now >= runner.batch.expires_unix:
                runner.end_early("expired")
        await self.files.remove_expired(now)
        await self._store.forget_batches(now - KEPT_SECONDS)

    @property
    def _store(self) -> JobStore:
        return self._require().store

    def _require(self) -> JobsFolder:
        if self.problem or not self._folder:
            raise JobsUnavailable(self.problem or "Files and batches are closed.")
        return self._folder

    def _require_place(self, owner: str) -> None:
        num_own = sum(runner.batch.owner == owner for runner in self._runners.values())
        if owner != NOBODY and num_own >= MAX_UNFINISHED_OF_ONE:
            raise TooManyBatches(
                f"{num_own} batches of this key are unfinished, the limit of one key. Wait until "
                "one ends, or cancel one."
            )
        if len(self._runners) >= MAX_UNFINISHED:
            raise TooManyBatches(
                f"{len(self._runners)} batches are unfinished, the limit. Wait until one ends, or "
                "cancel one."
            )

    async def _remove_rests(self) -> None:
        assert self._folder is not None
        files = await self._folder.store.files(after=None, limit=ALL, order="asc", purpose=None)
        num_removed = await self._folder.area.keep_only([file.id for file in files])
        if num_removed:
            logger.info("{} unfinished files of an earlier run removed", num_removed)

    async def _add(self, batch: Batch) -> Batch:
        kept = await self._store.add_batch(batch)
        if kept is batch:
            self._begin(batch)
        return kept

    def _begin(self, batch: Batch) -> None:
        folder = self._require()
        workshop = Workshop(
            folder.store,
            folder.area,
            self._server,
            self._places,
            self._now,
            self._suspect_lock,
            max_line_bytes=self._limits.max_line_bytes,
            pause_seconds=self._limits.pause_seconds,
            on_trouble=self._note_trouble,
            counts=self.counts,
        )
        runner = self._runners[batch.id] = BatchRunner(batch, workshop)
        self._keep_task(self._run(runner), name=batch.id)

    async def _run(self, runner: BatchRunner) -> None:
        batch_id = runner.batch.id
        try:
            await runner.run()
        except Exception as error:
            logger.opt(exception=error).error("batch {} failed", batch_id)
            fault = LineFault("internal_error", "The server made a mistake; its log says more.")
            await runner.fail(fault)
        finally:
            del self._runners[batch_id]

    async def _clean_again_and_again(self) -> None:
        while True:
            try:
                await self.clean()
            except StorageFault as fault:
                self._note_trouble(str(fault))
            await asyncio.sleep(CLEANING_SECONDS)

    def _note_trouble(self, trouble: str | None) -> None:
        """In the log once, when it begins and when it ends."""
        if trouble and not self.trouble:
            logger.error("files and batches wait: {}", trouble)
        elif self.trouble and not trouble:
            logger.info("files and batches go on")
        self.trouble = trouble

    async def _to_its_end(self, work: Coroutine[Any, Any, T], *, name: str) -> T:
        """Do what is no use half done, also if the client that asked for it leaves."""
        return await asyncio.shield(self._keep_task(work, name=name))

    def _keep_task(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        # Not in the context of the request that began it, whose headers are about its own answer.
        task = asyncio.create_task(work, name=name, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
