"""The bundled model in a server process of its own, as a user starts it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from openai import AsyncOpenAI

from settings import ENV_PREFIX, ROOT

START_SECONDS = 90.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.02

CHAT = "/v1/chat/completions"

NO_REUSE = ("--share-answers", "false", "--answer-cache-mb", "0")
"""Answers are compared with each other here, so each is computed; a test may say otherwise."""


class ServerProcess:
    """A started server: what it printed, where it listens, how it ended."""

    def __init__(self, folder: Path, *flags: str, program: Sequence[str] = ("server.py",)) -> None:
        self._output = folder / "output.txt"
        command = [sys.executable, *program, "--data-dir", str(folder), *NO_REUSE, *flags]
        environ = {name: value for name, value in os.environ.items() if not is_setting(name)}
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    @property
    def lines(self) -> list[str]:
        return self.output.splitlines()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_for_output(self, text: str) -> None:
        """Until the process has printed the text."""
        wait_until(lambda: text in self.output or not self.is_running, max_seconds=START_SECONDS)
        assert text in self.output, f"{text!r} was never printed:\n{self.output}"

    @property
    def url(self) -> str:
        """Where it serves; waits until it does."""
        self.wait_for_output("Stop with Ctrl-C.")
        [line] = [line for line in self.lines if "Base URL for clients:" in line]
        return line.split()[-1].removesuffix("/v1")

    def send_signal(self, order: signal.Signals) -> None:
        """Ask it to stop: SIGTERM as a service manager does, SIGINT as Ctrl-C does."""
        self._process.send_signal(order)

    def wait(self) -> int:
        """Its exit code."""
        return self._process.wait(timeout=STOP_SECONDS)

    def kill(self) -> None:
        """For a test that failed; does nothing to a process that has ended."""
        self._process.kill()
        self._process.wait()


def is_setting(variable: str) -> bool:
    """Whoever runs the tests may have settings of their own."""
    return variable.startswith(ENV_PREFIX)


def wait_until(claim: Callable[[], bool], *, max_seconds: float) -> None:
    """Wait for what another process brings about; fails when it does not come true."""
    end = time.monotonic() + max_seconds
    while not claim():
        assert time.monotonic() < end, f"not true within {max_seconds} s"
        time.sleep(POLL_SECONDS)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def started(
    folder: Path, *flags: str, program: Sequence[str] = ("server.py",)
) -> Iterator[ServerProcess]:
    """A server process that does not outlive the block."""
    server = ServerProcess(folder, *flags, program=program)
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests that only send requests; it must stop with exit code 0."""
    folder = tmp_path_factory.mktemp("server")
    with started(folder, "--port", "0", "--log-level", "WARNING") as server:
        assert server.url
        yield server
        assert server.is_running, server.output
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0, server.output


@pytest_asyncio.fixture
async def http(server: ServerProcess) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as session:
        yield session


@pytest_asyncio.fixture
async def client(server: ServerProcess) -> AsyncIterator[AsyncOpenAI]:
    """The official client, which shall not hide an error by trying again."""
    async with AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=120
    ) as client:
        yield client
    # It leaves generators of its streams behind, which asyncio closes in a turn of its own.
    await asyncio.sleep(0)
