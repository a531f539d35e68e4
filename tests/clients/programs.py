"""Clients that run in a process of their own: in Node.js, or with packages of their own."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

TIMEOUT_SECONDS = 60


class Program:
    """A process that prints what it finds, a line of JSON for each thing."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def finding(self) -> Any:
        """The next thing it finds; fails when it ends without."""
        assert self._process.stdout is not None
        async with asyncio.timeout(TIMEOUT_SECONDS):
            line = await self._process.stdout.readline()
            assert line, f"it ended with exit code {await self._process.wait()}"
        return json.loads(line)

    def close_input(self) -> None:
        """Tell it that it is time; what that means is its own."""
        assert self._process.stdin is not None
        self._process.stdin.close()


@asynccontextmanager
async def running(*command: object, **environ: str) -> AsyncIterator[Program]:
    """A program that does not outlive the block; at its end the standard input is closed."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_PROXY": "127.0.0.1", **environ},
    )
    assert process.stdin is not None
    try:
        yield Program(process)
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), TIMEOUT_SECONDS)
        except TimeoutError:
            process.kill()
            raise
