"""Jobs on a real folder and database, with lines that are answered by a script."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest_asyncio

from jobs.jobs import JobLimits, Jobs
from jobs.line_server import LineAnswer
from jobs.records import Batch, StoredFile, Usage

CHAT = "/v1/chat/completions"
SOON_SECONDS = 30.0


class ScriptedLines:
    """A LineServer: answers at once, or when its gate is opened.

    Of `faults`, each custom text is answered with its next exception or status, then well.
    """

    def __init__(self) -> None:
        self.num_rows = 4
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked: Counter[str] = Counter()
        self.num_running = 0
        self.max_running = 0
        self.faults: dict[str, list[Exception | int]] = {}

    async def answer(
        self, endpoint: str, body: dict[str, Any], *, client: str, owner: str
    ) -> LineAnswer:
        text = str(body["text"])
        self.asked[text] += 1
        self.num_running += 1
        self.max_running = max(self.max_running, self.num_running)
        try:
            await self.gate.wait()
        finally:
            self.num_running -= 1
        fault = self.faults[text].pop(0) if self.faults.get(text) else 200
        if isinstance(fault, Exception):
            raise fault
        return LineAnswer(fault, f"req_{text}", json.dumps({"text": text}).encode(), Usage(2, 1, 3))

    def knows_model(self, name: str) -> bool:
        return name == "default"


@dataclass
class Bench:
    """What a test of jobs works with."""

    folder: Path
    server: ScriptedLines
    jobs: Jobs
    now: list[float] = field(default_factory=lambda: [1000.0])

    async def upload(self, content: bytes, *, purpose: str = "batch") -> StoredFile:
        async with self.jobs.files.receive() as writer:
            await writer.add(content)
            return await self.jobs.files.keep(
                writer, filename="in.jsonl", purpose=purpose, seconds=None
            )

    async def begin(self, content: bytes) -> Batch:
        file = await self.upload(content)
        return await self.jobs.create_batch(CHAT, file.id, metadata=None, output_seconds=None)

    async def end_of(self, batch: Batch) -> Batch:
        await eventually(lambda: batch.id not in {each.id for each in self.jobs.unfinished})
        return await self.jobs.batch(batch.id)

    async def sql(self, statement: str) -> None:
        """Something that no method does, on the store's thread."""
        store = self.jobs._require().store
        await store._query(statement)

    async def read(self, file_id: str | None) -> dict[str, Any]:
        """The lines of a result file by their custom_id; twice the same is a failure."""
        if file_id is None:
            return {}
        text = (await self.jobs.files.content_path(file_id)).read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines()]
        by_id = {line["custom_id"]: line for line in lines}
        assert len(by_id) == len(lines)
        return by_id


class OpenJobs(Protocol):
    def __call__(self, **changes: Any) -> Any: ...


def lines(*texts: str, **changes: Any) -> bytes:
    """An input file whose lines have these texts, also as their custom_id."""
    return b"".join(line(text, **changes) for text in texts)


def line(text: str, **changes: Any) -> bytes:
    fields = {
        "custom_id": text,
        "method": "POST",
        "url": CHAT,
        "body": {"model": "default", "text": text},
    }
    kept = {name: value for name, value in (fields | changes).items() if value is not None}
    return json.dumps(kept).encode() + b"\n"


async def eventually(claim: Callable[[], bool]) -> None:
    """Wait for what another task or thread brings about."""
    async with asyncio.timeout(SOON_SECONDS):
        while not claim():
            await asyncio.sleep(0.002)


@asynccontextmanager
async def opened(
    folder: Path, server: ScriptedLines, *, max_bytes: int = 10**9, now: float = 1000.0
) -> AsyncIterator[Bench]:
    """Jobs that run until the block is left, as a server's do."""
    clock = [now]
    limits = JobLimits(max_bytes, max_line_bytes=10_000, pause_seconds=0.001)
    jobs = Jobs(folder, server, limits, now=lambda: clock[0])
    await jobs.start()
    try:
        yield Bench(folder, server, jobs, clock)
    finally:
        await jobs.stop()


@pytest_asyncio.fixture
async def server() -> ScriptedLines:
    return ScriptedLines()


@pytest_asyncio.fixture
async def bench(tmp_path: Path, server: ScriptedLines) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opened(tmp_path, server))
