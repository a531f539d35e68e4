"""Two Hearths in processes of their own, behind a real nginx."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.acceptance.conftest import ServerProcess, free_port, started
from tests.deploy.nginx import Nginx, nginx

FAKE = ("-m", "tests.acceptance.fake_server", "well")
"""A Hearth whose answers take as long as they are long."""


class Pair:
    """Two Hearths, which keep their ports and data directories when they are started again."""

    def __init__(self, folder: Path, program: tuple[str, ...]) -> None:
        self._folder = folder
        self._program = program
        self._stack = ExitStack()
        self.ports = (free_port(), free_port())
        self.servers = [self._start(index) for index in range(2)]
        for server in self.servers:
            assert server.url

    def _start(self, index: int) -> ServerProcess:
        folder = self._folder / f"hearth-{index}"
        folder.mkdir(exist_ok=True)
        flags = ("--port", str(self.ports[index]), "--log-level", "WARNING")
        return self._stack.enter_context(started(folder, *flags, program=self._program))

    async def start_again(self, index: int) -> None:
        """Until it is ready."""
        self.servers[index] = self._start(index)
        await asyncio.to_thread(lambda: self.servers[index].url)

    async def stop(self, index: int) -> int:
        """With SIGTERM; the exit code."""
        self.servers[index].send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.servers[index].wait)

    def close(self) -> None:
        self._stack.close()


@contextmanager
def nginx_and_pair(
    program: str, folder: Path, hearth: tuple[str, ...]
) -> Iterator[tuple[Nginx, Pair]]:
    pair = Pair(folder, hearth)
    try:
        with nginx(program, folder, pair.ports) as proxy:
            yield proxy, pair
    finally:
        pair.close()
