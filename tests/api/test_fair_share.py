"""A client is its address, and what it asks for with `service_tier` and `priority` is kept."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.api.conftest import CHAT, Api, StartApi, eventually, minimal_chat

OTHER_ADDRESS = "127.0.0.2"


@pytest_asyncio.fixture
async def phone() -> AsyncIterator[aiohttp.ClientSession]:
    """A client with another address than `api.chat` has."""
    try:
        with socket.create_server((OTHER_ADDRESS, 0)):
            pass
    except OSError:
        pytest.skip(f"{OTHER_ADDRESS} is not an address of this machine")
    connector = aiohttp.TCPConnector(local_addr=(OTHER_ADDRESS, 0))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def ask(session: aiohttp.ClientSession, api: Api, **fields: Any) -> int:
    """The status of a chat."""
    async with session.post(api.url + CHAT, json=minimal_chat(**fields)) as response:
        await response.read()
        return response.status


@pytest_asyncio.fixture
async def small_api(start_api: StartApi) -> Api:
    """Two slots, one of them reserved, one place to wait, and a model that is held."""
    api = await start_api(
        max_slots=1, reserved_slots=1, max_waiting_requests=1, keep_alive_seconds=0.01
    )
    api.gate.close()
    api.will_say("one two three")
    return api


def counts(api: Api) -> tuple[int, int]:
    return (api.batcher.num_running, api.batcher.num_waiting)


async def test_a_full_queue_and_a_reserved_slot_are_open_to_another_address(
    small_api: Api, phone: aiohttp.ClientSession
) -> None:
    api = small_api
    async with asyncio.TaskGroup() as clients, api.open_stream():
        waiting = clients.create_task(api.chat())
        await eventually(lambda: counts(api) == (1, 1))
        assert (await api.chat()).status == 429
        other = clients.create_task(ask(phone, api))
        await eventually(lambda: counts(api) == (2, 1))
        api.gate.open()
    assert (waiting.result().status, other.result()) == (200, 200)


@pytest.mark.parametrize("fields", [{"service_tier": "flex"}, {"priority": 1}])
async def test_a_batch_request_waits_where_an_interactive_one_does_not(
    small_api: Api, phone: aiohttp.ClientSession, fields: dict[str, Any]
) -> None:
    api = small_api
    async with asyncio.TaskGroup() as clients, api.open_stream():
        batch = clients.create_task(ask(phone, api, **fields))
        await eventually(lambda: counts(api) == (1, 1))
        batch.cancel()
        await eventually(lambda: counts(api) == (1, 0))
        interactive = clients.create_task(ask(phone, api, priority=0))
        await eventually(lambda: counts(api) == (2, 0))
        api.gate.open()
    assert interactive.result() == 200
