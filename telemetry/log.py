"""Log set-up: console and a rotating file, through loguru.

Thread: event loop; lines may come from any.
"""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from telemetry.log_files import Compressor, LogRotation, SizeLimit
from telemetry.log_levels import Level, LogLevels
from telemetry.log_lines import LogFormat, layout_of, one_line

if TYPE_CHECKING:
    from loguru import Record

LEVELS = LogLevels()
"""Of this process: there is one logger."""

DEFAULT_ROTATION = LogRotation()

_COMPRESSOR = Compressor()


def configure_logging(
    level: Level,
    *,
    file: Path | None,
    log_format: LogFormat = "text",
    rotation: LogRotation = DEFAULT_ROTATION,
) -> None:
    """Send everything at `level` and above to stderr and, if given, to a rotating file."""
    logger.remove()
    sinks: list[int] = []

    def replace_sinks() -> None:
        """With sinks for the levels of now. The old ones go last: a line may come twice in between,
        but none is lost."""
        old = sinks[:]
        sinks[:] = _add_sinks(file, log_format, rotation)
        for sink in old:
            logger.remove(sink)

    LEVELS.start(level, on_change=replace_sinks)
    replace_sinks()
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)


def stop_logging() -> None:
    """Write what is left, and finish the packing of old files."""
    logger.remove()
    _COMPRESSOR.wait()


def _add_sinks(file: Path | None, log_format: LogFormat, rotation: LogRotation) -> list[int]:
    """The console and perhaps a file; their ids.

    diagnose=False: variables in a stack trace could hold prompts.
    """
    level, level_filter = LEVELS.lowest, LEVELS.as_filter()
    console = logger.add(
        sys.stderr,
        level=level,
        filter=level_filter,
        format=layout_of(log_format, is_console=True),
        colorize=False if log_format == "json" else None,
        diagnose=False,
    )
    if file is None:
        return [console]
    return [
        console,
        logger.add(
            file,
            level=level,
            filter=level_filter,
            format=layout_of(log_format, is_console=False),
            rotation=SizeLimit(rotation.max_bytes),
            retention=rotation.num_kept,
            compression=_COMPRESSOR.start if rotation.compresses else None,
            encoding="utf-8",
            diagnose=False,
        ),
    ]


NAMES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class _ToLoguru(logging.Handler):
    """Takes what libraries log through the standard library. Source: loguru's documentation."""

    def emit(self, record: logging.LogRecord) -> None:
        def name_library(ours: "Record") -> None:
            ours["name"] = record.name

        logger.patch(name_library).opt(exception=record.exc_info).log(
            record.levelname if record.levelname in NAMES else record.levelno,
            "{}: {}",
            record.name,
            one_line(record.getMessage()),
        )
