"""One batch, from wherever it was left to its end.

Thread: event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from loguru import logger

from jobs.errors import UnusableFile
from jobs.input_lines import InputLines, InvalidLine, Line, open_lines, read_line
from jobs.line_asker import LineAsker
from jobs.outputs import answered, unanswered, write_outputs
from jobs.records import Batch, BatchEnd, LineFault, LineResult
from jobs.store import Change
from jobs.validation import check_lines
from jobs.workshop import Workshop

UNANSWERED: dict[BatchEnd, tuple[str, str]] = {
    "expired": (
        "batch_expired",
        "This request could not be executed before the completion window expired.",
    ),
    "cancelled": ("batch_cancelled", "The batch was cancelled before this request was executed."),
    "failed": ("batch_failed", "The batch failed before this request was executed."),
}
"""What the error file says of lines that were not answered: code and message."""

MAX_MODEL_ENDS = 3
"""While one line is on its way. Then it is not tried again: the server would never be done."""

GIVEN_UP = (
    "model_ended",
    f"The model ended by itself {MAX_MODEL_ENDS} times while this request was on its way; the "
    "server's log says more. It is not tried again.",
)


class BatchRunner:
    """Validates a batch, answers its lines, writes its files. Every step is kept before the next,
    so that it goes on after a kill where it was."""

    def __init__(self, batch: Batch, workshop: Workshop) -> None:
        self.batch = batch
        self._shop = workshop
        self._asker = LineAsker(batch, workshop)
        self._faults: tuple[LineFault, ...] = ()
        self._early_end: BatchEnd | None = "cancelled" if batch.status == "cancelling" else None
        self._working: asyncio.Task[BatchEnd] | None = None

    def end_early(self, end: BatchEnd) -> None:
        """Answer no more lines. Those that run are stopped; what is finished is kept."""
        if self._early_end is None:
            self._early_end = end
            if self._working:
                self._working.cancel()

    async def run(self) -> None:
        """Returns when the batch has ended. When cancelled, the next start goes on with it."""
        if self.batch.status == "finalizing":
            return await self._finish("completed")
        if self._shop.now() >= self.batch.expires_unix:
            self.end_early("expired")
        await self._finish(self._early_end or await self._work())

    async def fail(self, fault: LineFault) -> None:
        """End it for a reason that is not in its lines."""
        self._faults = (fault,)
        await self._finish("failed")

    async def keep_suspects(self) -> None:
        """Which lines may have ended the model, for the next start. Raises StorageFault."""
        if suspects := self._asker.suspects:
            await self._shop.store.change_batch(
                self.batch.id, lambda batch: batch.suspected(suspects)
            )

    async def _work(self) -> BatchEnd:
        """The stages up to the last line, unless the batch ends early."""
        self._working = asyncio.create_task(self._run_stages(), name=f"{self.batch.id} stages")
        try:
            return await self._working
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._early_end is None or (task and task.cancelling()):
                raise
            return self._early_end
        finally:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
            self._working = None

    async def _run_stages(self) -> BatchEnd:
        try:
            if self.batch.status == "validating":
                await self._validate()
            if self.batch.status == "in_progress":
                await self._answer_lines()
        except UnusableFile as problem:
            self._faults = (LineFault("input_file_unusable", str(problem)),)
        return "failed" if self._faults else "completed"

    @asynccontextmanager
    async def _lines(self) -> AsyncIterator[InputLines]:
        shop, file_id = self._shop, self.batch.input_file_id
        file = await shop.insist(lambda: shop.store.file(file_id))
        if file is None:
            raise UnusableFile(f"The input file {file_id} is gone.")
        async with open_lines(
            shop.area.path(file_id),
            num_bytes=file.num_bytes,
            max_line_bytes=shop.max_line_bytes,
        ) as lines:
            yield lines

    async def _validate(self) -> None:
        async with self._lines() as lines:
            checked = await check_lines(
                lines,
                endpoint=self.batch.endpoint,
                max_line_bytes=self._shop.max_line_bytes,
                knows_model=self._shop.server.knows_model,
            )
        self._faults = checked.faults
        if checked.faults:
            return

        def begin(batch: Batch) -> Batch:
            if batch.status != "validating":
                return batch  # it was cancelled meanwhile
            return batch.moved(
                "in_progress",
                at_unix=self._shop.now_unix,
                num_lines=checked.num_lines,
                model=checked.model,
            )

        await self._change(begin)

    async def _answer_lines(self) -> None:
        """Those that have no result yet, as many at a time as there are places; suspects last."""
        shop = self._shop
        finished = await shop.insist(lambda: shop.store.finished_numbers(self.batch.id))
        suspects: list[Line] = []
        async with self._lines() as lines:
            problem: UnusableFile | None = None
            async with asyncio.TaskGroup() as group:
                try:
                    while (piece := await lines.next_piece(self._read)) is not None:
                        for line in piece:
                            if line.number in finished:
                                continue
                            if line.number in self.batch.suspects:
                                suspects.append(line)
                            else:
                                await self._begin_line(line, group)
                except UnusableFile as error:
                    problem = error  # the lines that run may end
            if problem:
                raise problem
        for line in suspects:
            await self._answer_suspect(line)

    async def _answer_suspect(self, line: Line) -> None:
        """One at a time of all batches: the next time the model ends it is known whose fault it
        may be, and the others are cleared."""
        if self.batch.suspects.count(line.number) >= MAX_MODEL_ENDS:
            return await self._keep_results([unanswered(line, *GIVEN_UP)])
        async with self._shop.suspect_lock, asyncio.TaskGroup() as group:
            await self._begin_line(line, group)

    async def _begin_line(self, line: Line, group: asyncio.TaskGroup) -> None:
        places = self._shop.places
        await places.take()
        name = f"{self.batch.id} line {line.number}"
        task = group.create_task(self._answer_line(line), name=name)
        task.add_done_callback(lambda task: places.give_back())

    def _read(self, number: int, raw: bytes) -> Line:
        """In asyncio's own pool."""
        try:
            return read_line(
                number,
                raw,
                endpoint=self.batch.endpoint,
                max_bytes=self._shop.max_line_bytes,
            )
        except InvalidLine:
            raise UnusableFile(
                f"Line {number} of the input file was changed after it was validated."
            ) from None

    async def _answer_line(self, line: Line) -> None:
        """The place is held until the result is kept: a full disk stops the batch, and a kill
        repeats no more lines than there are places."""
        await self._keep_results([answered(line, await self._asker.ask(line))])

    async def _keep_results(self, results: list[LineResult]) -> None:
        shop = self._shop
        self.batch = await shop.insist(lambda: shop.store.add_results(self.batch.id, results))
        shop.counts.note_results(results)

    async def _change(self, change: Change) -> None:
        shop = self._shop
        self.batch = await shop.insist(lambda: shop.store.change_batch(self.batch.id, change))

    async def _finish(self, end: BatchEnd) -> None:
        """Give every line a result, put the results into files, and close the batch."""
        shop = self._shop
        if end == "completed":
            await self._change(self._finalizing)
        if self.batch.status == "cancelling":
            end = "cancelled"
        if end in UNANSWERED and self.batch.in_progress_unix is not None:
            await self._give_up_lines(*UNANSWERED[end])
        output, errors = await shop.insist(
            lambda: write_outputs(self.batch, shop.store, shop.area, now_unix=shop.now_unix)
        )

        def ended(batch: Batch) -> Batch:
            return batch.moved(
                end,
                at_unix=shop.now_unix,
                faults=self._faults,
                output_file_id=output.id if output else None,
                error_file_id=errors.id if errors else None,
            )

        files = [file for file in (output, errors) if file]
        self.batch = await shop.insist(lambda: shop.store.end_batch(self.batch.id, ended, files))
        shop.counts.num_ended[end] += 1
        logger.bind(
            batch=self.batch.id,
            lines=self.batch.num_lines,
            completed=self.batch.num_completed,
            failed=self.batch.num_failed,
        ).info("batch {}", end)

    def _finalizing(self, batch: Batch) -> Batch:
        if batch.status == "cancelling":
            return batch  # it came first
        return batch.moved("finalizing", at_unix=self._shop.now_unix)

    async def _give_up_lines(self, code: str, message: str) -> None:
        shop = self._shop
        finished = await shop.insist(lambda: shop.store.finished_numbers(self.batch.id))
        try:
            async with self._lines() as lines:
                while (piece := await lines.next_piece(self._read)) is not None:
                    results = [
                        unanswered(line, code, message)
                        for line in piece
                        if line.number not in finished
                    ]
                    await self._keep_results(results)
        except UnusableFile as problem:
            logger.warning("{} has lines without a result: {}", self.batch.id, problem)
