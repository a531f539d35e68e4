"""Prometheus' own tools on what we give it, and a real Prometheus that scrapes a real Hearth."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from settings import ROOT
from telemetry.metrics import SERIES
from tests.acceptance.conftest import CHAT, POLL_SECONDS, ServerProcess, free_port
from tests.acceptance.prompts import question

pytestmark = pytest.mark.tier_all

FOLDER = ROOT / "deploy/prometheus"
TOOL_SECONDS = 60
SCRAPED_SECONDS = 30.0

NeedTool = Callable[[str], str]


def run_tool(*command: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        command, cwd=FOLDER, input=stdin, capture_output=True, timeout=TOOL_SECONDS, check=False
    )
    output = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, output
    return output


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_takes_configuration_and_alerts(
    need_tool: NeedTool, arguments: tuple[str, ...]
) -> None:
    assert "SUCCESS" in run_tool(need_tool("promtool"), *arguments)


async def send_load(http: aiohttp.ClientSession) -> None:
    """Enough that every series has a value."""
    for text in ("Hello", "Hello again", "Hello"):
        body = {"messages": question(text), "max_tokens": 20, "model": "default"}
        async with http.post(CHAT, json=body) as response:
            assert response.status == 200, await response.text()
    async with http.post(CHAT, json={}) as response:
        assert response.status == 400


async def test_promtool_finds_nothing_in_a_scrape(
    need_tool: NeedTool, http: aiohttp.ClientSession
) -> None:
    promtool = need_tool("promtool")
    await send_load(http)
    async with http.get("/metrics") as response:
        assert run_tool(promtool, "check", "metrics", stdin=await response.read()) == ""


@contextmanager
def prometheus(program: str, folder: Path, target: str) -> Iterator[str]:
    """A Prometheus with our configuration that scrapes every second; its address."""
    config = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    assert "127.0.0.1:8000" in config
    config = config.replace("127.0.0.1:8000", target).replace("15s", "1s")
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    (folder / "alerts.yml").write_bytes((FOLDER / "alerts.yml").read_bytes())
    port = free_port()
    command = [
        program,
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=TOOL_SECONDS)


async def ask(http: aiohttp.ClientSession, url: str, query: str) -> list[Any]:
    """An instant query's results; none while it is not up."""
    try:
        async with http.get(f"{url}/api/v1/query", params={"query": query}) as response:
            answer = await response.json()
    except (aiohttp.ClientError, ValueError):
        return []
    result: list[Any] = answer.get("data", {}).get("result", [])
    return result


async def test_a_real_prometheus_has_every_series(
    need_tool: NeedTool, server: ServerProcess, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    program = need_tool("prometheus")
    await send_load(http)
    target = server.url.removeprefix("http://")
    with prometheus(program, tmp_path, target) as url:
        async with aiohttp.ClientSession() as session:
            for series in SERIES:
                suffix = "_count" if series.kind == "histogram" else ""
                await appears(session, url, series.name + suffix)
            [tokens] = await ask(session, url, "hearth_generated_tokens_total")
            assert float(tokens["value"][1]) > 0
            assert await ask(session, url, 'ALERTS{alertstate="firing"}') == []


async def appears(http: aiohttp.ClientSession, url: str, query: str) -> None:
    """Wait until a query has a result."""
    async with asyncio.timeout(SCRAPED_SECONDS):
        while not await ask(http, url, query):
            await asyncio.sleep(POLL_SECONDS)
