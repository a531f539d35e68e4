"""How many connections there may be, and how slow their clients."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from loguru import logger

from api.connections import ConnectionLimits, Connections
from api.errors import ApiError
from tests.api.conftest import CHAT, Api, StartApi, eventually, minimal_chat


def test_who_leaves_makes_room() -> None:
    connections = Connections(ConnectionLimits(max_connections=2, max_connections_per_client=1))
    connections.add("a")
    with pytest.raises(ApiError, match="a has 1 connections, the limit"):
        connections.add("a")
    connections.add("b")
    with pytest.raises(ApiError, match="has 2 connections, the limit"):
        connections.add("c")
    connections.remove("a")
    connections.add("c")


@asynccontextmanager
async def connected(
    api: Api, *, source: str = "127.0.0.1", receive_bytes: int | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that reads no more than it must."""
    address = urlsplit(api.url)
    sock = socket.socket()
    sock.setblocking(False)
    if receive_bytes:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    sock.bind((source, 0))
    await asyncio.get_running_loop().sock_connect(sock, (address.hostname, address.port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=1_000)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def reply_of(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Status and code of the last that a connection says."""
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert found
        # Not to the end: who still sends while it is closed is told so by an error.
        body = await reader.readexactly(int(found[1]))
    return int(head.split()[1]), json.loads(body)["error"]["code"]


async def test_one_address_has_its_limit_and_another_its_own(start_api: StartApi) -> None:
    api = await start_api(max_connections_per_client=3)
    async with connected(api), connected(api), connected(api):
        async with connected(api) as (reader, _):
            assert await reply_of(reader) == (429, "too_many_connections")
        async with connected(api, source="127.0.0.2") as (_, writer):
            writer.write(b"GET /health HTTP/1.0\r\n\r\n")
    await is_served_again(api)


async def test_all_together_have_their_limit(start_api: StartApi) -> None:
    api = await start_api(max_connections=2)
    first, second = connected(api), connected(api, source="127.0.0.2")
    async with first, second, connected(api, source="127.0.0.3") as (reader, _):
        assert await reply_of(reader) == (503, "too_many_connections")
    await is_served_again(api)


async def is_served_again(api: Api) -> None:
    """Once the server has noticed that the others left."""
    async with asyncio.timeout(5):
        while (await api.get("/health")).status != 200:
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def impatient(start_api: StartApi) -> Api:
    return await start_api(receive_timeout_seconds=0.2, send_timeout_seconds=0.2)


async def test_a_head_that_comes_byte_by_byte_is_cut(impatient: Api) -> None:
    async with connected(impatient) as (reader, writer):

        async def trickle() -> None:
            for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\n" * 100:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.01)

        sending = asyncio.create_task(trickle())
        assert await reply_of(reader) == (408, "request_timeout")
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_a_second_head_has_its_time_too(impatient: Api) -> None:
    async with connected(impatient) as (reader, writer):
        request = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"}")
        writer.write(request[:10])
        assert await reply_of(reader) == (408, "request_timeout")
        assert b"200" in head


async def test_a_body_that_comes_byte_by_byte_is_cut(impatient: Api) -> None:
    async with connected(impatient) as (reader, writer):
        head = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n"
        writer.write(head.encode())

        async def trickle() -> None:
            while True:
                writer.write(b" ")
                await asyncio.sleep(0.01)

        sending = asyncio.create_task(trickle())
        async with asyncio.timeout(5):
            line = await reader.readline()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert b"408" in line


async def test_an_idle_connection_between_two_requests_is_kept(impatient: Api) -> None:
    async with connected(impatient) as (reader, writer):
        request = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for _ in range(2):
            writer.write(request)
            async with asyncio.timeout(5):
                await reader.readuntil(b"}")
            await asyncio.sleep(0.5)  # longer than a head may take


async def test_an_answer_that_takes_long_is_not_cut(impatient: Api) -> None:
    impatient.gate.close()
    impatient.will_say("It took a while.")
    asking = asyncio.create_task(impatient.chat())
    await asyncio.sleep(0.5)  # longer than either limit
    impatient.gate.open()
    assert (await asking).text == "It took a while."


@pytest.fixture
def news() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, level="INFO", format="{message} {extra}")
    yield lines
    logger.remove(sink)


@pytest.mark.parametrize("stop", [None, "a stop string that never comes"])
async def test_a_reader_that_stops_holds_no_row(
    impatient: Api, news: list[str], stop: str | None
) -> None:
    impatient.will_say("word " * 100)
    body = json.dumps(
        minimal_chat(
            stream=True,
            ignore_eos=True,
            stop=stop,
            max_tokens=5_000,
            return_token_ids=True,
            logprobs=True,
            top_logprobs=20,
        )
    ).encode()
    async with connected(impatient, receive_bytes=4_096) as (reader, writer):
        head = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await reader.readline()
        await impatient.holds_nothing()
        await eventually(lambda: any("its client read nothing for 0.2 s" in line for line in news))
        await eventually(lambda: any("'status': 499" in line for line in news))
    assert (await impatient.chat(max_tokens=1)).status == 200
