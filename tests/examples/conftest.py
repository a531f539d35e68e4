"""A stand-in for the server: real HTTP, scripted answers; and the example scripts as processes."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import web

EXAMPLES = Path(__file__).parents[2] / "examples"
TIMEOUT_SECONDS = 30

Handler = Callable[[web.Request], Any]


class StandIn:
    """Answers /v1/chat/completions with `handler`, which a test may replace; keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.handler: Handler = self.answer
        self.reply: Callable[[str], str] = lambda text: json.dumps({"text": text})
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[str]:
        """The last message of each request."""
        return [body["messages"][-1]["content"] for body in self.bodies]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": self.reply(self.texts[-1])},
            "finish_reason": "stop",
        }
        usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "stand-in"}
        return web.json_response({**head, "choices": [choice], "usage": usage})

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        response: web.StreamResponse = await self.handler(request)
        return response


def refuse(status: int, message: str) -> Handler:
    """A handler that answers with an error, and asks for a retry soon where one is due."""

    async def handler(request: web.Request) -> web.StreamResponse:
        error = {"message": message, "type": "server_error", "param": None, "code": None}
        headers = {"retry-after-ms": "1"}
        return web.json_response({"error": error}, status=status, headers=headers)

    return handler


@pytest_asyncio.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    server = StandIn()
    await server.start()
    yield server
    await server.stop()


async def start_script(name: str, *arguments: object, stdin: int | None = None) -> Any:
    """An example as a process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLES / name,
        *map(str, arguments),
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "NO_PROXY": "127.0.0.1"},
    )


async def finish(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Let a script read to the end of its input: exit code, output and error output."""
    if process.stdin:
        process.stdin.close()  # Python 3.11's communicate() leaves it open
    async with asyncio.timeout(TIMEOUT_SECONDS):
        output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()
