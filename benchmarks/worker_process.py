"""A helper process that answers questions, one line of JSON each.

Thread: both. What is measured runs in processes of its own, so that no measurement shares an
interpreter with another or with the code that drives it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import orjson

from settings import ENV_PREFIX, ROOT

STOP_SECONDS = 10.0


class WorkerDied(Exception):
    """A helper process ended before it had answered; the message says which."""


def environment() -> dict[str, str]:
    """For the processes that a benchmark starts: nobody's own Hearth settings reach them."""
    return {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}


class WorkerProcess:
    """Runs `python -m MODULE ARGUMENTS`, whose main program is `answer_lines`."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C at the terminal is for us, and we end it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, question: object) -> Any:
        """The answer, as plain JSON values; waits for it.

        Raises:
            WorkerDied: there will be none.
        """
        self.send(question)
        return self.receive()

    def send(self, question: object) -> None:
        """Ask without waiting; `receive` must follow before the next question."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # the missing answer tells it
            self._process.stdin.write(orjson.dumps(question) + b"\n")
            self._process.stdin.flush()

    def receive(self) -> Any:
        """The answer to what was sent.

        Raises:
            WorkerDied: there will be none.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise WorkerDied(f"{self._module} ended with exit code {code}; its error is above")
        return orjson.loads(line)

    def signal(self, order: signal.Signals) -> None:
        """Tell the process something while it is at work on a question."""
        self._process.send_signal(order)

    def close(self) -> None:
        """End the process: it leaves when there are no more questions."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def answer_lines(answer: Callable[[Any], object]) -> None:
    """The main program of a helper process: until stdin ends, answer line by line."""
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        answers.write(orjson.dumps(answer(orjson.loads(line))) + b"\n")
        answers.flush()
