"""Asks a program of the system, such as `ip` or `ufw`, for what only it knows.

Thread: any but the event loop: it blocks.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Protocol

TIMEOUT_SECONDS = 5.0
MORE_FOLDERS = ("/usr/sbin", "/sbin", "/usr/libexec/ApplicationFirewall")
"""Where programs for administrators are, which are not on everybody's PATH."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said, errors included, and its exit code."""

    code: int
    text: str


class AskProgram(Protocol):
    """How programs are asked; tests have recorded answers instead."""

    def __call__(self, *command: str) -> Answer | None: ...


def ask_program(*command: str) -> Answer | None:
    """Its answer in English; None where there is no such program, or it does not come to an end."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *MORE_FOLDERS])
    program = shutil.which(command[0], path=path)
    if program is None:
        return None
    try:
        ended = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Answer(ended.returncode, ended.stdout.decode(errors="replace"))
