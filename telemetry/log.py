"""Log set-up: console and a rotating file, through loguru.

Thread: both.
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

CONSOLE = "<dim>{time:HH:mm:ss}</dim> <level>{level: <7}</level> {message}"
MAX_FIELD_LENGTH = 500
FIELDS = "fields"
"""Where the bound fields are kept as text, for a pattern to refer to: they may hold braces."""
FILE = "{time:YYYY-MM-DDTHH:mm:ss.SSSZZ} {level: <7} {message}"


def configure_logging(level: str, *, file: Path | None) -> None:
    """Send everything at `level` and above to stderr and, if given, to a rotating file."""
    logger.remove()
    # diagnose=False: variables in a stack trace could hold prompts.
    logger.add(sys.stderr, level=level, format=_with_fields(CONSOLE), diagnose=False)
    if file is not None:
        logger.add(
            file,
            level=level,
            format=_with_fields(FILE),
            rotation="10 MB",
            retention=10,
            encoding="utf-8",
            diagnose=False,
        )
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)


def _with_fields(pattern: str) -> "Callable[[Record], str]":
    """The pattern, then the bound fields as key=value, then the stack trace if there is one."""

    def layout(record: "Record") -> str:
        extra = record["extra"]
        if FIELDS not in extra:  # written for the other sink already
            extra[FIELDS] = "".join(f" {key}={_one_line(extra[key])}" for key in extra)
        return pattern + f"{{extra[{FIELDS}]}}\n{{exception}}"

    return layout


def _one_line(value: object) -> str:
    """A value that can neither pretend to be the next line of the log nor steer a terminal."""
    text = str(value)[:MAX_FIELD_LENGTH]
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class _ToLoguru(logging.Handler):
    """Takes what libraries log through the standard library. Source: loguru's documentation."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.opt(exception=record.exc_info).log(
            record.levelname if record.levelname in LEVELS else record.levelno,
            "{}: {}",
            record.name,
            _one_line(record.getMessage()),
        )
