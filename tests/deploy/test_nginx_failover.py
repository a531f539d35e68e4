"""Real nginx in front of two real Hearths, of which one is stopped, killed and started again."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from tests.acceptance.prompts import question
from tests.deploy.nginx import Nginx
from tests.deploy.pair import FAKE, Pair, nginx_and_pair

pytestmark = pytest.mark.tier_all

NUM_REQUESTS = 200
NUM_CLIENTS = 8
NUM_TOKENS = 64
PASSED_ON = re.compile("statuses=50[23], 200")
"""In nginx's log: what one Hearth could not answer, and the other did."""
CUT = (openai.APIError, httpx2.HTTPError)
"""What the official client raises for a stream that ends before its end."""


@asynccontextmanager
async def official_client(proxy: Nginx) -> AsyncIterator[AsyncOpenAI]:
    """With the retries that it has by default."""
    http = DefaultAsyncHttpxClient(verify=proxy.trust)
    async with AsyncOpenAI(base_url=f"{proxy.url}/v1", api_key="none", http_client=http) as client:
        yield client
    await asyncio.sleep(0)  # generators of its streams are closed in a turn of their own


@dataclass(slots=True)
class Outcomes:
    """What became of the requests: how each ended, and how many streams ended in which way."""

    num_done: int = 0
    num_streams: int = 0
    cut: list[str] = field(default_factory=list)
    is_over: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def count(self) -> None:
        async with self.changed:
            self.num_done += 1
            self.changed.notify_all()

    async def wait_for(self, num_done: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.num_done >= num_done)


async def ask(client: AsyncOpenAI, number: int, outcomes: Outcomes) -> None:
    """One request; every other one is a stream. Whatever is raised but for a cut stream fails."""
    asked: dict[str, Any] = {
        "model": "default",
        "messages": question(f"What is the number {number}?"),
        "max_tokens": NUM_TOKENS,
        "extra_body": {"ignore_eos": True},
    }
    if number % 2:
        answer = await client.chat.completions.create(**asked)
        assert answer.choices[0].finish_reason == "length"
    else:
        outcomes.num_streams += 1
        stream = await client.chat.completions.create(stream=True, **asked)
        try:
            reasons = [chunk.choices[0].finish_reason async for chunk in stream]
        except CUT as error:
            outcomes.cut.append(repr(error))
        else:
            assert reasons[-1] == "length", "a stream ended in silence"
    await outcomes.count()


async def ask_on(client: AsyncOpenAI, first: int, outcomes: Outcomes) -> None:
    """One user's requests, one after another, until there were enough."""
    number = first
    while not outcomes.is_over or outcomes.num_done < NUM_REQUESTS:
        await ask(client, number, outcomes)
        number += NUM_CLIENTS + 1


async def stop_and_kill(pair: Pair, outcomes: Outcomes) -> None:
    """SIGTERM to one, kill -9 to the other while the first is back; both are back at the end."""
    await outcomes.wait_for(30)
    assert await pair.stop(0) == 0
    assert outcomes.cut == [], "a stream that had begun was to end well"
    await pair.start_again(0)
    await outcomes.wait_for(outcomes.num_done + 40)
    pair.servers[1].kill()
    await outcomes.wait_for(outcomes.num_done + 20)
    await pair.start_again(1)
    await outcomes.wait_for(outcomes.num_done + 40)
    outcomes.is_over = True


async def test_no_whole_answer_is_lost_and_no_stream_ends_in_silence(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    with nginx_and_pair(need_tool("nginx"), tmp_path, ("server.py",)) as (proxy, pair):
        outcomes = Outcomes()
        async with official_client(proxy) as client, asyncio.TaskGroup() as tasks:
            tasks.create_task(stop_and_kill(pair, outcomes))
            for first in range(NUM_CLIENTS):
                tasks.create_task(ask_on(client, first, outcomes))
        assert outcomes.num_done >= NUM_REQUESTS
        assert len(outcomes.cut) <= NUM_CLIENTS, outcomes.cut
    # 503 of the one that stops, if a request meets it in that moment; 502 of the killed one.
    retried = [line for line in proxy.access_log if PASSED_ON.search(line)]
    assert retried, "nothing was passed on from a Hearth that was stopping or gone"
    answered = {line.split("hearth=")[1].split()[0] for line in proxy.access_log}
    assert {f"127.0.0.1:{port}" for port in pair.ports} <= answered


async def test_a_stream_whose_hearth_is_killed_ends_in_an_error_and_others_go_on(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    with nginx_and_pair(need_tool("nginx"), tmp_path, FAKE) as (proxy, pair):
        async with official_client(proxy) as client:

            async def read_a_stream(number: int, has_begun: asyncio.Barrier) -> str:
                stream = await client.chat.completions.create(
                    model="default",
                    messages=question(f"Number {number}"),
                    max_tokens=200,
                    stream=True,
                    extra_body={"ignore_eos": True},
                )
                last = await anext(aiter(stream))
                await has_begun.wait()
                try:
                    async for chunk in stream:
                        last = chunk
                except CUT:
                    return "error"
                return str(last.choices[0].finish_reason)

            has_begun = asyncio.Barrier(3)
            async with asyncio.TaskGroup() as tasks:
                readers = [
                    tasks.create_task(read_a_stream(number, has_begun)) for number in range(2)
                ]
                await has_begun.wait()
                pair.servers[0].kill()
            # Fewest connections: each of the two had one.
            assert sorted(reader.result() for reader in readers) == ["error", "length"]


async def test_a_whole_answer_whose_hearth_is_killed_is_computed_by_the_other(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    with nginx_and_pair(need_tool("nginx"), tmp_path, FAKE) as (proxy, pair):
        async with httpx2.AsyncClient(base_url=proxy.url, verify=proxy.trust, timeout=60) as http:
            body = {
                "model": "default",
                "messages": question("Hello"),
                "max_tokens": 100,
                "ignore_eos": True,
            }
            asking = asyncio.create_task(http.post("/v1/chat/completions", json=body))
            killed = await first_busy(pair)
            pair.servers[killed].kill()
            reply = await asking
            assert reply.status_code == 200, reply.text
            assert reply.json()["choices"][0]["finish_reason"] == "length"
    # Its line comes after the answer: once nginx has ended, it is there.
    [line] = proxy.access_log
    assert "statuses=502, 200" in line
    assert f"request={reply.headers['x-request-id']}" in line


async def first_busy(pair: Pair) -> int:
    """The Hearth that computes, as soon as one does."""
    async with httpx2.AsyncClient() as http:
        while True:
            for index, port in enumerate(pair.ports):
                status = (await http.get(f"http://127.0.0.1:{port}/")).json()
                if status["batch"]["running"]:
                    return index
