"""A client that closes its connection frees its place and its slot, in every state."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.api.conftest import CHAT, Api, StartApi, eventually, minimal_chat, step_until

SHORT = [{"role": "user", "content": "Hello"}]
LONG = [{"role": "user", "content": "word " * 4000}]
MANY_CHUNKS = 4000 // 16 // 2
"""Half of the chunks in which LONG is read: whoever reads so many reads to the end."""
LONG_ANSWER = 2000

both_ways = pytest.mark.parametrize("stream", [True, False])
"""Streaming and not: leaving must be noticed although nothing is written."""
rudely_or_not = pytest.mark.parametrize("rudely", [True, False])
"""By a reset of the connection, or by closing it."""


class RawClient:
    """A connection of its own that can be left in any moment."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, api: Api) -> "RawClient":
        address = urlsplit(api.url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def send(self, request: bytes) -> None:
        self._writer.write(request)
        await self._writer.drain()

    async def leave(self, *, rudely: bool) -> None:
        if rudely:
            self._writer.transport.abort()
            return
        self._writer.close()
        await self._writer.wait_closed()


def chat_request(messages: object, *, stream: bool) -> bytes:
    fields = minimal_chat(messages=messages, stream=stream, ignore_eos=True, max_tokens=LONG_ANSWER)
    body = json.dumps(fields).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest_asyncio.fixture
async def gated_api(start_api: StartApi) -> Api:
    """Two slots, one chunk of 16 tokens in a step, and decodes that wait for the test."""
    api = await start_api(
        max_slots=2, prefill_chunk_tokens=16, step_budget_ms=0.001, keep_alive_seconds=0.01
    )
    api.gate.close()
    api.will_say("one two three four five six")
    return api


@asynccontextmanager
async def sent(api: Api, messages: object, *, stream: bool) -> AsyncIterator[RawClient]:
    """A client that has sent its request."""
    client = await RawClient.connect(api)
    await client.send(chat_request(messages, stream=stream))
    try:
        yield client
    finally:
        await client.leave(rudely=True)


async def leave(api: Api, client: RawClient, *, rudely: bool) -> None:
    """Until the server knows it; what it does then is to be done in few steps."""
    num_connections = api.num_connections
    await client.leave(rudely=rudely)
    await eventually(lambda: api.num_connections < num_connections)


@both_ways
@rudely_or_not
async def test_a_client_that_leaves_the_queue_frees_its_place(
    gated_api: Api, *, stream: bool, rudely: bool
) -> None:
    api = gated_api
    async with api.open_stream(), api.open_stream(), sent(api, SHORT, stream=stream) as client:
        await eventually(lambda: api.batcher.num_waiting == 1)
        await client.leave(rudely=rudely)
        await eventually(lambda: api.batcher.num_waiting == 0)
        assert api.batcher.num_running == 2


@both_ways
@rudely_or_not
async def test_a_client_that_leaves_while_its_prompt_is_read_frees_its_slot(
    gated_api: Api, *, stream: bool, rudely: bool
) -> None:
    api = gated_api
    async with api.open_stream(), sent(api, LONG, stream=stream) as client:
        await eventually(lambda: api.batcher.num_running == 2)
        await leave(api, client, rudely=rudely)
        await step_until(api, lambda: api.batcher.num_running == 1)
        assert api.engine.num_calls["prefill"] < MANY_CHUNKS
        assert len(api.engine.sequence_ids) == 1


@both_ways
@rudely_or_not
async def test_a_client_that_leaves_while_its_answer_is_made_frees_its_slot(
    gated_api: Api, *, stream: bool, rudely: bool
) -> None:
    api = gated_api
    async with sent(api, SHORT, stream=stream) as client:
        await eventually(lambda: api.engine.num_calls["decode"] == 1)
        await leave(api, client, rudely=rudely)
        await step_until(api, lambda: api.batcher.num_running == 0)
        assert not api.engine.sequence_ids
        assert api.engine.num_calls["decode"] < LONG_ANSWER // 2


@rudely_or_not
async def test_a_client_that_leaves_midway_through_its_body_costs_nothing(
    gated_api: Api, *, rudely: bool
) -> None:
    api = gated_api
    client = await RawClient.connect(api)
    await client.send(chat_request(SHORT, stream=True)[:-10])
    await client.leave(rudely=rudely)
    api.gate.open()
    assert (await api.chat()).status == 200
    assert api.engine.num_calls["add"] == 1


async def test_leaving_clients_do_not_disturb_one_that_stays(gated_api: Api) -> None:
    api = gated_api
    async with api.open_stream(ignore_eos=True, max_tokens=LONG_ANSWER) as staying:
        for _ in range(5):
            async with sent(api, SHORT, stream=True):
                await eventually(lambda: api.batcher.num_running == 2)
            await step_until(api, lambda: api.batcher.num_running == 1)
        api.gate.open()
        assert (await staying.read()).endswith(b"data: [DONE]\n\n")
    await api.holds_nothing()
