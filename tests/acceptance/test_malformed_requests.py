"""A thousand malformed requests: no 5xx, nobody hangs, and the server still answers."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp

from tests.acceptance.conftest import CHAT, ServerProcess
from tests.acceptance.malformed import FAMILIES, malformed_requests
from tests.acceptance.prompts import question

SEED = 5
NUM_CONNECTIONS = 8
MAX_SECONDS = 10.0
PATIENCE_SECONDS = 0.2
MAY_WAIT_FOR_MORE = frozenset(
    {"half_a_request", "random_bytes_as_http", "wrong_length", "bad_framing", "odd_path"}
)
"""Families in which the server may rightly wait for more bytes; the others must be answered."""
MAY_HANG_UP = frozenset({"huge_header", "many_headers"})
"""Families in which it may have read enough while we write; its answer is lost with the rest."""


async def exchange(server: ServerProcess, request: bytes, *, is_half: bool) -> bytes:
    """What comes back until the server closes; after half a request we close first."""
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request)
        if is_half:
            with suppress(TimeoutError):
                return await asyncio.wait_for(reader.read(-1), PATIENCE_SECONDS)
            writer.write_eof()
        return await reader.read(-1)
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


def status_of(answer: bytes) -> int | None:
    """None where nothing came back."""
    return int(answer.split(b" ", 2)[1]) if answer else None


async def test_a_thousand_malformed_requests_do_no_harm(
    server: ServerProcess, http: aiohttp.ClientSession
) -> None:
    requests: Iterator[tuple[str, bytes]] = malformed_requests(SEED)
    faults: list[str] = []

    async def work() -> None:
        for family, request in requests:
            try:
                async with asyncio.timeout(MAX_SECONDS):
                    answer = await exchange(server, request, is_half=family in MAY_WAIT_FOR_MORE)
            except TimeoutError:
                faults.append(f"{family} hangs: {request[:300]!r}")
                continue
            status = status_of(answer)
            is_silent = status is None and family not in MAY_WAIT_FOR_MORE | MAY_HANG_UP
            if is_silent or (status is not None and status >= 500):
                faults.append(f"{family} got {status}: {request[:300]!r} → {answer[:600]!r}")

    async with asyncio.TaskGroup() as connections:
        for _ in range(NUM_CONNECTIONS):
            connections.create_task(work())
    assert not faults, "\n".join(faults)
    assert sum(FAMILIES.values()) == 1000
    fields = {"model": "default", "messages": question("Hello"), "max_tokens": 5}
    async with http.post(CHAT, json=fields) as response:
        assert response.status == 200
        assert (await response.json())["choices"]
