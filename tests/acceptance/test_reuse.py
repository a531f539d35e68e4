"""The bundled model's answers, computed once and given again after a restart."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import aiohttp

from tests.acceptance.conftest import CHAT, started

BODY: dict[str, Any] = {
    "model": "default",
    "messages": [{"role": "user", "content": "Tell me about the harbour."}],
    "temperature": 0,
    "max_tokens": 60,
    "logprobs": True,
    "top_logprobs": 3,
}


async def ask(http: aiohttp.ClientSession) -> tuple[str | None, Any, Any]:
    """Where the answer came from, the answer, and its usage."""
    async with http.post(CHAT, json=BODY) as response:
        assert response.status == 200, await response.text()
        body = await response.json()
    return response.headers["x-hearth-cache"], body["choices"], body["usage"]


def test_an_answer_is_the_same_shared_stored_and_after_a_restart(tmp_path: Path) -> None:
    flags = ("--port", "0", "--share-answers", "true", "--answer-cache-mb", "1")

    async def ask_all(url: str) -> list[tuple[str | None, Any, Any]]:
        async with aiohttp.ClientSession(url) as http:
            together = await asyncio.gather(*(ask(http) for _ in range(4)))
            return [*together, await ask(http)]

    seen = []
    for _ in "ab":
        with started(tmp_path, *flags) as server:
            seen += asyncio.run(ask_all(server.url))
            server.send_signal(signal.SIGTERM)
            assert server.wait() == 0, server.output
    sources = [source for source, *_ in seen]
    assert sorted(map(str, sources[:4])) == ["miss", "shared", "shared", "shared"]
    assert sources[4:] == ["hit"] * 6
    assert all(rest == seen[0][1:] for rest in (each[1:] for each in seen))
