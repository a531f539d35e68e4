"""JSON lines of a server process, from start to stop: terminal and file, all by the schema."""

import asyncio
import json
import signal
from collections import Counter
from pathlib import Path

import aiohttp
import jsonschema

from settings import ROOT
from tests.acceptance.conftest import CHAT, ServerProcess, started

SCHEMA = json.loads((ROOT / "docs/log-line.schema.json").read_text(encoding="utf-8"))
NUM_EACH = 5


async def load(url: str) -> None:
    """Answers whole and streamed, refusals, clients that leave, and what is no API."""
    body = {"model": "default", "messages": [{"role": "user", "content": "What is Bitcoin?"}]}

    async def ask(session: aiohttp.ClientSession, **fields: object) -> None:
        async with session.post(url + CHAT, json={**body, "max_tokens": 30, **fields}) as reply:
            await reply.read()

    async def leave(session: aiohttp.ClientSession) -> None:
        fields = {"stream": True, "ignore_eos": True, "max_tokens": 1500, "temperature": 1}
        async with session.post(url + CHAT, json={**body, **fields}) as reply:
            await reply.content.readline()

    async with aiohttp.ClientSession() as session:
        asks = [
            [ask(session), ask(session, stream=True), ask(session, temperature=9), leave(session)]
            for _ in range(NUM_EACH)
        ]
        await asyncio.gather(*(each for several in asks for each in several))
        await session.post(f"{url}/nowhere", data=b"{")
        await session.put(f"{url}/admin/log-level", json={"level": "DEBUG"})
        await ask(session)


async def test_what_a_server_writes_is_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with started(tmp_path, "--port", "0", "--data-dir", str(folder)) as server:
        async with aiohttp.ClientSession(server.url) as http:
            form = aiohttp.FormData({"purpose": "batch"})
            form.add_field("file", b"{}", filename="in.jsonl")
            async with http.post("/v1/files", data=form) as response:
                assert response.status == 200, await response.text()
        written = [path for path in folder.rglob("*") if path.is_file()]
        assert {"hearth.log", "jobs.sqlite"} <= {path.name for path in written}
        assert [path for path in (folder, *written) if path.stat().st_mode & 0o077] == []


async def test_every_line_from_start_to_stop_is_as_the_schema_says(tmp_path: Path) -> None:
    flags = ("--log-format", "json", "--log-performance-seconds", "0.1")
    with started(tmp_path, *flags) as server:
        await load(await asyncio.to_thread(lambda: server.url))
        server.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.wait) == 0
        check(server, tmp_path / "logs" / "hearth.log")


def check(server: ServerProcess, file: Path) -> None:
    in_file = file.read_text(encoding="utf-8").splitlines()
    on_terminal = [line for line in server.lines if line.startswith("{")]
    assert on_terminal == in_file
    validator = jsonschema.Draft202012Validator({**SCHEMA, "additionalProperties": False})
    lines = [json.loads(line) for line in in_file]
    for line in lines:
        validator.validate(line)
    said = Counter(line["message"].partition(":")[0] for line in lines)
    assert said["ready"] == said["stopping"] == 1
    assert said["performance"] >= 1
    assert said["prompt"] == said["answer"] == 1  # since the level was changed
    statuses = Counter(line["status"] for line in lines if line["message"] == "request")
    assert statuses[200] >= 2 * NUM_EACH + 1
    assert statuses[400] == statuses[499] == NUM_EACH
    assert statuses[404] == 1
