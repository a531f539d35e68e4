"""Sends random chats from several clients at once and keeps what has to be compared.

Thread: event loop (of the driving process).
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from benchmarks.soak.traffic import Chat
from benchmarks.targets import Target

NUM_CLIENTS = 24
"""More than there are slots, so that some always wait."""
ANSWER_SECONDS = 120.0
DATA = b"data: "


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a chat got: a text, or an error; neither when it was given up."""

    text: str = ""
    error: str = ""
    was_given_up: bool = False


Heard = Callable[[Chat, Outcome], None]


async def send_all(
    target: Target, chats: Iterator[Chat], *, heard: Heard, num_clients: int = NUM_CLIENTS
) -> None:
    """Send them all; `heard` is told each outcome as it comes."""
    url = f"http://{target.host}:{target.port}"
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(url, connector=connector) as http,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(num_clients):
            group.create_task(_be_client(http, target.path, chats, heard))


async def _be_client(
    http: aiohttp.ClientSession, path: str, chats: Iterator[Chat], heard: Heard
) -> None:
    for chat in chats:
        heard(chat, await _ask(http, path, chat))


async def _ask(http: aiohttp.ClientSession, path: str, chat: Chat) -> Outcome:
    patience_seconds = chat.patience_seconds
    limit_seconds = ANSWER_SECONDS if patience_seconds is None else patience_seconds
    try:
        # Leaving the request's block closes the connection: the client is gone.
        async with asyncio.timeout(limit_seconds), http.post(path, json=chat.body()) as response:
            if response.status != 200:
                return Outcome(error=f"status {response.status}: {await response.text()}")
            if not chat.streams:
                return _of_whole(orjson.loads(await response.read()))
            return await _of_stream(response)
    except TimeoutError:
        if patience_seconds is None:
            return Outcome(error=f"no answer within {limit_seconds:.0f} s")
        return Outcome(was_given_up=True)
    except aiohttp.ClientError as error:
        return Outcome(error=f"{type(error).__name__}: {error}")


def _of_whole(answer: dict[str, Any]) -> Outcome:
    return Outcome(text=answer["choices"][0]["message"]["content"])


async def _of_stream(response: aiohttp.ClientResponse) -> Outcome:
    pieces: list[str] = []
    async for line in response.content:
        if not line.startswith(DATA):
            continue
        value = line.removeprefix(DATA).strip()
        if value == b"[DONE]":
            return Outcome(text="".join(pieces))
        event = orjson.loads(value)
        if "error" in event:
            return Outcome(error=str(event["error"]))
        pieces += [choice["delta"].get("content") or "" for choice in event["choices"]]
    return Outcome(error="the stream ended without [DONE]")
