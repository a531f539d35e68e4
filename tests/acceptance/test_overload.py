"""Ten times what the server can compute, for a minute: all get an answer, and it recovers."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest
import pytest_asyncio

from tests.acceptance.conftest import CHAT, ServerProcess, started
from tests.acceptance.prompts import question

pytestmark = pytest.mark.tier_all

STEP_SECONDS = 0.02  # of the scene "steady"
NUM_TOKENS = 20
MAX_SLOTS = 4
MAX_WAITING = 40
REQUESTS_PER_SECOND = MAX_SLOTS / (STEP_SECONDS * NUM_TOKENS)
"""What the engine could do if nothing but its steps took time."""

OVERLOAD = 10
LOAD_SECONDS = 60.0
MAX_GROWTH_BYTES = 32 * 1024**2
NORMAL_SECONDS = 2.0


@dataclass(frozen=True)
class Outcome:
    """What became of a request. `wait_seconds` is from the request to the first byte."""

    status: int
    retry_after: str | None
    wait_seconds: float
    is_complete: bool


@pytest.fixture
def overloaded(tmp_path: Path) -> Iterator[ServerProcess]:
    program = ("-m", "tests.acceptance.fake_server", "steady")
    flags = ["--max-slots", str(MAX_SLOTS), "--reserved-slots", "0"]
    flags += ["--max-waiting-requests", str(MAX_WAITING), "--keep-alive-seconds", "60"]
    flags += ["--answer-cache-mb", "0", "--share-answers", "false"]  # all ask the same
    flags += ["--port", "0", "--log-level", "WARNING"]
    with started(tmp_path, *flags, program=program) as server:
        yield server


@pytest_asyncio.fixture
async def http(overloaded: ServerProcess) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(overloaded.url, connector=connector) as session:
        yield session


async def ask(http: aiohttp.ClientSession) -> Outcome:
    fields = {"model": "default", "messages": question("Hello"), "stream": True}
    fields |= {"ignore_eos": True, "max_tokens": NUM_TOKENS, "temperature": 0}
    begun_seconds = time.monotonic()
    async with http.post(CHAT, json=fields) as response:
        wait_seconds = time.monotonic() - begun_seconds
        body = await response.text()
    retry_after = response.headers.get("Retry-After")
    return Outcome(response.status, retry_after, wait_seconds, body.endswith("data: [DONE]\n\n"))


async def overload(http: aiohttp.ClientSession) -> list[Outcome]:
    """Requests at an even rate, whatever becomes of those before."""
    loop = asyncio.get_running_loop()
    num_requests = round(LOAD_SECONDS * OVERLOAD * REQUESTS_PER_SECOND)
    begun_seconds = loop.time()
    tasks = []
    for number in range(num_requests):
        due_seconds = begun_seconds + number / (OVERLOAD * REQUESTS_PER_SECOND)
        await asyncio.sleep(max(0.0, due_seconds - loop.time()))
        tasks.append(asyncio.create_task(ask(http)))
    return await asyncio.gather(*tasks)


async def queue_counts(http: aiohttp.ClientSession) -> Counter[str]:
    async with http.get("/") as response:
        return Counter(json.loads(await response.read())["queue"])


def server_bytes(server: ServerProcess) -> int:
    return int(psutil.Process(server.pid).memory_info().rss)


async def test_ten_times_the_capacity_for_a_minute(
    overloaded: ServerProcess, http: aiohttp.ClientSession
) -> None:
    assert (await ask(http)).is_complete
    loading = asyncio.create_task(overload(http))
    await asyncio.sleep(LOAD_SECONDS / 4)  # by then everything is as large as it gets
    bytes_before = server_bytes(overloaded)
    outcomes = await loading
    ended_seconds = time.monotonic()
    assert server_bytes(overloaded) - bytes_before < MAX_GROWTH_BYTES

    statuses = Counter(outcome.status for outcome in outcomes)
    assert set(statuses) == {200, 429}, statuses
    accepted = [outcome for outcome in outcomes if outcome.status == 200]
    refused = [outcome for outcome in outcomes if outcome.status == 429]
    assert all(outcome.is_complete for outcome in accepted)
    assert all(1 <= int(outcome.retry_after or 0) <= 60 for outcome in refused)
    assert (await queue_counts(http))["refused"] == len(refused)

    # The bound of the wait: the queue's, divided by the rate at which it was worked off.
    rate = len(accepted) / (LOAD_SECONDS + MAX_WAITING / REQUESTS_PER_SECOND)
    waits = sorted(outcome.wait_seconds for outcome in accepted)
    p95_seconds = waits[round(0.95 * (len(waits) - 1))]
    print(f"{statuses}, {rate:.1f} a second, p95 of the wait {p95_seconds:.2f} s")
    assert p95_seconds <= (MAX_WAITING + MAX_SLOTS) / rate

    outcome = await ask(http)
    assert outcome.is_complete
    assert outcome.wait_seconds < NORMAL_SECONDS
    assert time.monotonic() - ended_seconds < NORMAL_SECONDS
