"""Tests of examples/chat.py, run as its users run it."""

import asyncio
import json
import signal
from typing import Any

from aiohttp import web

from tests.examples.conftest import TIMEOUT_SECONDS, StandIn, finish, refuse, start_script

PIPE = asyncio.subprocess.PIPE


async def start(server: StandIn, *more: str) -> asyncio.subprocess.Process:
    process: asyncio.subprocess.Process = await start_script(
        "chat.py", "--base-url", server.base_url, *more, stdin=PIPE
    )
    return process


async def say(process: asyncio.subprocess.Process, text: str) -> None:
    assert process.stdin
    process.stdin.write(text.encode() + b"\n")
    await process.stdin.drain()


async def read_until(process: asyncio.subprocess.Process, text: bytes) -> bytes:
    assert process.stdout
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return await process.stdout.readuntil(text)


async def send(response: web.StreamResponse, **chunk: Any) -> None:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    await response.write(b"data: " + json.dumps(head | chunk).encode() + b"\n\n")


def piece(text: str) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": {"content": text}, "finish_reason": None}]


async def stream(request: web.Request) -> web.StreamResponse:
    """Two pieces and the usage."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await send(response, choices=piece("Hel"))
    await asyncio.sleep(0.01)  # the time that tokens/s is counted from
    await send(response, choices=piece("lo"))
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    await send(response, choices=[], usage=usage)
    await response.write(b"data: [DONE]\n\n")
    return response


async def test_the_conversation_is_kept(stand_in: StandIn) -> None:
    stand_in.handler = stream
    process = await start(stand_in, "--system", "Be brief.")

    await say(process, "one")
    await say(process, "two")
    code, output, errors = await finish(process)

    assert (code, errors) == (0, "")
    assert output.count("> Hello\n[") == 2
    assert output.count(" tokens/s]\n") == 2
    assert [message["content"] for message in stand_in.bodies[1]["messages"]] == [
        "Be brief.",
        "one",
        "Hello",
        "two",
    ]


async def test_ctrl_c_stops_the_answer_and_closes_the_stream(stand_in: StandIn) -> None:
    closed = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await send(response, choices=piece("On and on"))
        try:
            await asyncio.Event().wait()
        finally:
            closed.set()
        return response

    stand_in.handler = endless
    process = await start(stand_in)
    await say(process, "Tell me a story.")
    await read_until(process, b"On and on")

    process.send_signal(signal.SIGINT)

    await read_until(process, b" [stopped]\n> ")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await closed.wait()
    stand_in.handler = stream
    await say(process, "Go on.")
    code, output, _ = await finish(process)
    assert (code, output[:6]) == (0, "Hello\n")
    assert stand_in.bodies[1]["messages"][1]["content"] == "On and on"


async def test_an_error_is_shown_and_the_conversation_goes_on(stand_in: StandIn) -> None:
    stand_in.handler = refuse(400, "The prompt is too long.")
    process = await start(stand_in)
    await say(process, "one")
    assert b"The prompt is too long." in await read_until(process, b"]\n> ")

    stand_in.handler = stream
    await say(process, "two")
    code, _, _ = await finish(process)

    assert code == 0
    assert [message["content"] for message in stand_in.bodies[1]["messages"]] == ["two"]
