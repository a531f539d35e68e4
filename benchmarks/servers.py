"""Starts and stops what is measured: Hearth, mlx_lm.server, and small servers to compare with.

Thread: both.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Self

from benchmarks.interrupts import interrupts_put_off
from benchmarks.loads import LOOPBACK
from benchmarks.targets import ServerFailed, Target
from benchmarks.worker_process import environment
from settings import ROOT

START_SECONDS = 180.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.05
LOG_LINES_SHOWN = 15

STEP_BUDGET_MS = 100
"""For measurements Hearth's steps are of one length, whatever it would choose by itself."""

NO_REUSE = ("--share-answers", "false", "--answer-cache-mb", "0")
"""Every answer is computed: a request that is sent again is to be measured again."""


REAL = ("server.py",)
FAKE = ("-m", "benchmarks.fake_server")
"""Hearth, and Hearth on an engine that computes nothing."""


class ServerProcess:
    """A started server. It does not outlive its `with` block."""

    def __init__(self, target: Target, command: Sequence[str], *, log: Path) -> None:
        self.target = target
        self.log = log
        with log.open("wb") as output:
            try:
                with interrupts_put_off():
                    self._process = self._start(command, output)
            except KeyboardInterrupt:
                self.stop()
                raise

    @staticmethod
    def _start(command: Sequence[str], output: BinaryIO) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl-C at the terminal is for us, and we stop it."""
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, path: str) -> Self:
        """Until a GET of that path is answered with 200; a server that fails to is stopped.

        Raises:
            ServerFailed: the process ended, or took too long.
        """
        try:
            self._wait_until_ready(path)
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_until_ready(self, path: str) -> None:
        end = time.monotonic() + START_SECONDS
        while self.target.get(path)[0] != 200:
            if self._process.poll() is not None:
                raise ServerFailed(f"{self.target.name} ended while starting:\n{self._log_end()}")
            if time.monotonic() > end:
                raise ServerFailed(f"{self.target.name} was not ready within {START_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def stop(self, order: signal.Signals = signal.SIGTERM) -> int:
        """Order it to stop, then wait; the exit code. Of one that has ended, only the code."""
        if self._process.poll() is None:
            self._process.send_signal(order)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _log_end(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES_SHOWN:])


QUIET = ("--log-file", "false", "--log-level", "WARNING")
"""Nothing is written for a request."""


def start_hearth(
    model: str, *flags: str, folder: Path, ready_path: str = "/ready"
) -> ServerProcess:
    """Hearth as a user starts it. It is waited for until `ready_path` is answered with 200.

    Raises:
        ServerFailed: it does not start.
    """
    return start_program(
        REAL, model, *QUIET, *flags, folder=folder, name="Hearth", ready_path=ready_path
    )


def start_fake_hearth(model: str, *flags: str, folder: Path) -> ServerProcess:
    """Hearth with an engine that computes nothing: what is left is HTTP, text and batching.

    Raises:
        ServerFailed: it does not start.
    """
    name = "Hearth without a model"
    return start_program(FAKE, model, *QUIET, *flags, folder=folder, name=name)


def start_program(
    program: Sequence[str],
    model: str,
    *flags: str,
    folder: Path,
    name: str,
    api_key: str = "",
    ready_path: str = "/ready",
) -> ServerProcess:
    """A program that takes Hearth's flags; with a key, requests carry it.

    Raises:
        ServerFailed: it does not start.
    """
    port = free_port()
    command = [sys.executable, *program, "--model", model, "--port", str(port)]
    command += ["--data-dir", str(folder), "--step-budget-ms", str(STEP_BUDGET_MS), *NO_REUSE]
    target = Target(name, LOOPBACK, port, "default", api_key=api_key)
    server = ServerProcess(target, [*command, *flags], log=_log(folder, name, port))
    return server.wait_until_ready(ready_path)


def start_mlx_lm(model: str, *, folder: Path) -> ServerProcess:
    """mlx_lm.server with its defaults.

    Raises:
        ServerFailed: it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "mlx_lm", "server", "--model", model, "--port", str(port)]
    target = Target("mlx_lm.server", LOOPBACK, port, "default_model")
    log = _log(folder, "mlx_lm", port)
    server = ServerProcess(target, [*command, "--log-level", "WARNING"], log=log)
    return server.wait_until_ready("/health")


def start_bare_http(answer: bytes, events: bytes, *, folder: Path) -> ServerProcess:
    """aiohttp that sends these bytes and does nothing else.

    Raises:
        ServerFailed: it does not start.
    """
    port = free_port()
    files = (folder / "bare-answer.json", folder / "bare-events.txt")
    for file, content in zip(files, (answer, events), strict=True):
        file.write_bytes(content)
    command = [sys.executable, "-m", "benchmarks.bare_http", str(port), *map(str, files)]
    target = Target("bare aiohttp", LOOPBACK, port, "none")
    server = ServerProcess(target, command, log=_log(folder, "bare-aiohttp", port))
    return server.wait_until_ready("/ready")


def slot_flags(num_rows: int) -> list[str]:
    """Flags that let one client have so many rows at once."""
    return ["--max-slots", str(num_rows)]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def _log(folder: Path, name: str, port: int) -> Path:
    return folder / f"{name.replace(' ', '-').replace(os.sep, '-')}-{port}.log"
