"""Batches on a real server process: kills, what the disk refuses, and memory."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.acceptance.conftest import CHAT, ServerProcess, started
from tests.acceptance.prompts import question

FAKE_SERVER = ("-m", "tests.acceptance.fake_server")
NUM_KILLS = 20
NUM_LINES = 500
NUM_ON_THEIR_WAY = 8 + 2
LONGEST_LIFE_SECONDS = 0.8
ENDED = ("completed", "failed", "expired", "cancelled")
MEGABYTE = 1_000_000


def line(custom_id: str, text: str = "Hello", max_tokens: int = 4) -> bytes:
    body = {
        "model": "default",
        "messages": question(text),
        "max_tokens": max_tokens,
        "ignore_eos": True,
    }
    fields = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}
    return json.dumps(fields).encode() + b"\n"


async def call(http: aiohttp.ClientSession, method: str, path: str, **options: Any) -> Any:
    async with http.request(method, path, **options) as response:
        answer = await response.json(content_type=None)
        assert response.status == 200, answer
        return answer


async def submit(http: aiohttp.ClientSession, content: Any) -> str:
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", content, filename="work.jsonl")
    file = await call(http, "POST", "/v1/files", data=form)
    wanted = {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"}
    return str((await call(http, "POST", "/v1/batches", json=wanted))["id"])


async def wait_for(http: aiohttp.ClientSession, batch_id: str, *, seconds: float = 120.0) -> Any:
    """The batch, once it has ended."""
    end = time.monotonic() + seconds
    while (batch := await call(http, "GET", f"/v1/batches/{batch_id}"))["status"] not in ENDED:
        assert time.monotonic() < end, batch
        await asyncio.sleep(0.05)
    return batch


async def results_of(http: aiohttp.ClientSession, file_id: str | None) -> list[Any]:
    if file_id is None:
        return []
    async with http.get(f"/v1/files/{file_id}/content") as response:
        return [json.loads(each) for each in (await response.read()).splitlines()]


@pytest.mark.tier_all
async def test_a_batch_outlives_twenty_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end every line has one result, and no more was computed again than was running."""
    sequences = tmp_path / "sequences"
    monkeypatch.setenv("SEQUENCES_FILE", str(sequences))
    chance = random.Random(20)
    flags = ("--port", "0", "--log-file", "false", "--max-slots", "8", "--reserved-slots", "0")
    program = (*FAKE_SERVER, "counted")
    names = [f"a{number}" for number in range(NUM_LINES)]
    with started(tmp_path, *flags, program=program) as server:
        async with aiohttp.ClientSession(server.url) as http:
            batch_id = await submit(http, b"".join(line(name) for name in names))
        await kill(server, after_seconds=chance.uniform(0, LONGEST_LIFE_SECONDS))
    num_done = [0]
    for _ in range(NUM_KILLS - 1):
        with started(tmp_path, *flags, program=program) as server:
            async with aiohttp.ClientSession(server.url) as http:
                seen = await call(http, "GET", f"/v1/batches/{batch_id}")
                num_done.append(seen["request_counts"]["completed"])
            await kill(server, after_seconds=chance.uniform(0, LONGEST_LIFE_SECONDS))
    with started(tmp_path, *flags, program=program) as server:
        async with aiohttp.ClientSession(server.url) as http:
            batch = await wait_for(http, batch_id)
            outputs = await results_of(http, batch["output_file_id"])
    assert num_done == sorted(num_done)
    assert num_done[-1] > 0
    assert batch["request_counts"] == {"total": NUM_LINES, "completed": NUM_LINES, "failed": 0}
    assert batch["error_file_id"] is None
    assert sorted(each["custom_id"] for each in outputs) == sorted(names)
    usages = [each["response"]["body"]["usage"] for each in outputs]
    assert {each["completion_tokens"] for each in usages} == {4}
    assert batch["usage"]["total_tokens"] == sum(each["total_tokens"] for each in usages)
    num_again = sequences.stat().st_size - NUM_LINES
    print(f"done at each start: {num_done}; computed again: {num_again}")
    assert num_again <= NUM_KILLS * NUM_ON_THEIR_WAY


async def kill(server: ServerProcess, *, after_seconds: float) -> None:
    await asyncio.sleep(after_seconds)
    server.send_signal(signal.SIGKILL)
    server.wait()


@pytest.mark.tier_all
async def test_sigterm_leaves_the_rest_for_the_next_start(tmp_path: Path) -> None:
    flags = ("--port", "0", "--max-slots", "4", "--reserved-slots", "0")
    with started(tmp_path, *flags, program=(*FAKE_SERVER, "well")) as server:
        async with aiohttp.ClientSession(server.url) as http:
            work = b"".join(line(f"a{number}", max_tokens=20) for number in range(60))
            batch_id = await submit(http, work)
            while not (await call(http, "GET", "/"))["batch"]["running"]:
                await asyncio.sleep(0.01)
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0, server.output
        assert "Traceback" not in server.output
    with started(tmp_path, *flags, program=(*FAKE_SERVER, "quick")) as server:
        async with aiohttp.ClientSession(server.url) as http:
            batch = await wait_for(http, batch_id)
            assert batch["request_counts"] == {"total": 60, "completed": 60, "failed": 0}
            assert len(await results_of(http, batch["output_file_id"])) == 60


class Memory:
    """Watches the resident memory of a process; `most` is the highest that was seen."""

    def __init__(self, server: ServerProcess) -> None:
        self._process = psutil.Process(server.pid)
        self.before = self.most = self._process.memory_info().rss

    async def watch(self) -> None:
        while True:
            self.most = max(self.most, self._process.memory_info().rss)
            await asyncio.sleep(0.02)


def write_big_file(file: Path) -> None:
    """50,000 lines, 200 MB."""
    with file.open("wb") as content:
        for number in range(50_000):
            content.write(line(f"a{number}", "word " * 750))
    assert 190 * MEGABYTE < file.stat().st_size < 209 * MEGABYTE


@pytest.mark.tier_all
async def test_a_file_of_200_mb_takes_little_memory(tmp_path: Path) -> None:
    """Over upload, validation, the first lines, listing, and the results of a cancelled batch."""
    big = tmp_path / "big.jsonl"
    write_big_file(big)
    flags = ("--port", "0", "--max-slots", "1", "--reserved-slots", "0")
    with started(tmp_path, *flags, program=(*FAKE_SERVER, "well")) as server:
        async with aiohttp.ClientSession(server.url) as http:
            await says_hello(http)
            memory = Memory(server)
            watching = asyncio.create_task(memory.watch(), name="watch memory")
            try:
                with big.open("rb") as content:
                    batch_id = await submit(http, content)
                while (await has_answered(http, batch_id)) < 3:
                    await asyncio.sleep(0.05)
                assert (await call(http, "GET", "/v1/files"))["data"][0]["bytes"] > 190 * MEGABYTE
                await call(http, "POST", f"/v1/batches/{batch_id}/cancel")
                batch = await wait_for(http, batch_id)
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
    assert batch["request_counts"]["total"] == 50_000
    assert batch["request_counts"]["failed"] > 49_000
    used = (memory.most - memory.before) / MEGABYTE
    print(f"{used:.0f} MB more than before the upload")
    assert used < 150


async def has_answered(http: aiohttp.ClientSession, batch_id: str) -> int:
    batch = await call(http, "GET", f"/v1/batches/{batch_id}")
    assert batch["status"] in ("validating", "in_progress"), batch
    return int(batch["request_counts"]["completed"])


@pytest.mark.tier_all
async def test_a_second_server_on_the_folder_serves_chats_without_batches(tmp_path: Path) -> None:
    quick = (*FAKE_SERVER, "quick")
    with started(tmp_path, "--port", "0", program=quick) as first:
        assert first.url
        beside = tmp_path / "output"
        beside.mkdir()
        flags = ("--port", "0", "--data-dir", str(tmp_path))
        with started(beside, *flags, program=quick) as second:
            async with aiohttp.ClientSession(second.url) as http:
                async with http.get("/v1/batches") as refused:
                    assert refused.status == 503
                    assert refused.headers["x-should-retry"] == "false"
                    assert "Another Hearth" in await refused.text()
                await says_hello(http)


@pytest.mark.tier_all
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_cannot_be_written_is_served_without_batches(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    await chats_without_batches(tmp_path, closed)


@pytest.mark.tier_all
async def test_a_data_directory_with_a_file_in_the_way_is_served_without_batches(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "jobs").write_text("in the way")
    await chats_without_batches(tmp_path, blocked)


async def chats_without_batches(tmp_path: Path, data_dir: Path) -> None:
    flags = ("--port", "0", "--log-file", "false", "--data-dir", str(data_dir))
    with started(tmp_path, *flags, program=(*FAKE_SERVER, "quick")) as server:
        async with aiohttp.ClientSession(server.url) as http:
            async with http.get("/v1/files") as refused:
                assert refused.status == 503
                assert str(data_dir) in await refused.text()
            assert (await call(http, "GET", "/"))["jobs"]["problem"]
            await says_hello(http)


@pytest.mark.tier_all
async def test_a_damaged_database_does_not_keep_the_server_from_starting(tmp_path: Path) -> None:
    quick = (*FAKE_SERVER, "quick")
    flags = ("--port", "0")
    with started(tmp_path, *flags, program=quick) as server:
        async with aiohttp.ClientSession(server.url) as http:
            await wait_for(http, await submit(http, line("a")))
        server.send_signal(signal.SIGKILL)
        server.wait()
    database = tmp_path / "jobs/jobs.sqlite"
    raw = bytearray(database.read_bytes())
    raw[100:] = os.urandom(len(raw) - 100)
    database.write_bytes(raw)
    for rest in (tmp_path / "jobs").glob("jobs.sqlite-*"):
        rest.unlink()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(database).execute("SELECT * FROM files")
    with started(tmp_path, *flags, program=quick) as server:
        async with aiohttp.ClientSession(server.url) as http:
            assert (await call(http, "GET", "/v1/batches"))["data"] == []
            batch = await wait_for(http, await submit(http, line("a")))
            assert batch["status"] == "completed"
            assert "put aside" in server.output


async def says_hello(http: aiohttp.ClientSession) -> None:
    body = {"model": "default", "messages": question("Hello"), "max_tokens": 2}
    assert (await call(http, "POST", CHAT, json=body))["choices"]
