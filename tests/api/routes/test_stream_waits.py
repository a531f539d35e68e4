"""What a stream of OpenAI's dialects says while its first token is waited for."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.api.conftest import HELLO, SOON_SECONDS, Api, StartApi, minimal_chat

PLAIN = b": keep-alive\n\n"
LONG = "word " * 100
ENDPOINTS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": minimal_chat(messages=[{"role": "user", "content": LONG}]),
    "/v1/completions": {"model": "default", "prompt": LONG},
}


@pytest_asyncio.fixture
async def api(start_api: StartApi) -> Api:
    """Two slots, one chunk of 16 tokens in a step, and decodes that wait for the test."""
    api = await start_api(
        max_slots=2, prefill_chunk_tokens=16, step_budget_ms=0.001, keep_alive_seconds=0.01
    )
    api.will_say("one two three four five six")
    api.gate.close()
    return api


@asynccontextmanager
async def opened(api: Api, path: str) -> AsyncIterator[aiohttp.StreamReader]:
    body = {**ENDPOINTS[path], "stream": True}
    async with api.http.post(api.url + path, json=body) as response:
        assert response.status == 200
        yield response.content


async def comment_like(stream: aiohttp.StreamReader, pattern: str) -> re.Match[str]:
    """The first comment with these words; there are only comments before it."""
    async with asyncio.timeout(SOON_SECONDS):
        while True:
            frame = (await stream.readuntil(b"\n\n")).decode()
            assert frame.startswith(": keep-alive"), frame
            if found := re.fullmatch(f": keep-alive, {pattern}\n\n", frame):
                return found


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_it_says_how_far_the_prompt_is_read(api: Api, path: str) -> None:
    async with api.open_stream(), opened(api, path) as stream:
        begun = await comment_like(stream, r"prompt tokens read: 0 of (\d+)")
        api.gate.let_through(2)  # one for the decode that was under way
        some = await comment_like(stream, r"prompt tokens read: ([1-9]\d*) of (\d+)")
        api.gate.let_through(1)
        more = await comment_like(stream, rf"prompt tokens read: (?!{some[1]} )(\d+) of \d+")
        api.gate.open()
        rest = await stream.read()
    assert begun[1] == some[2] == str(len(api.last_sequence.token_ids))
    assert 0 < int(some[1]) < int(more[1]) < int(begun[1])
    assert rest.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_it_says_how_many_requests_wait(api: Api, path: str) -> None:
    async with api.open_stream(), api.open_stream(), opened(api, path) as stream:
        await comment_like(stream, "requests waiting: 1")
        async with opened(api, path) as other:
            await comment_like(stream, "requests waiting: 2")
            await comment_like(other, "requests waiting: 2")
            api.gate.open()
            assert (await stream.read()).endswith(b"data: [DONE]\n\n")


async def test_it_says_nothing_of_it_once_there_is_text(api: Api) -> None:
    async with api.open_stream() as stream:
        api.gate.let_through(1)
        while b'"role"' not in await stream.readuntil(b"\n\n"):
            pass
        while (frame := await stream.readuntil(b"\n\n")) != PLAIN:
            assert frame.startswith(b"data: {")
        api.gate.open()


async def test_several_answers_count_their_prompt_once(api: Api) -> None:
    body = minimal_chat(messages=HELLO, n=2, stream=True)
    async with api.http.post(api.url + "/v1/chat/completions", json=body) as response:
        found = await comment_like(response.content, r"prompt tokens read: \d+ of (\d+)")
        api.gate.open()
        await response.read()
    assert int(found[1]) == len(api.last_sequence.token_ids)


async def test_comments_become_rarer_while_it_waits(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.05)
    api.gate.close()
    begun_seconds = time.monotonic()
    async with opened(api, "/v1/chat/completions") as stream:
        for _ in range(5):
            assert (await stream.readuntil(b"\n\n")).startswith(b": keep-alive")
        assert time.monotonic() - begun_seconds >= (1 + 2 + 4 + 4 + 4) * 0.05
        api.gate.open()
        assert (await stream.read()).endswith(b"data: [DONE]\n\n")
