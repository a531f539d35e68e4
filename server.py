"""Hearth's entry point: settings → checks → serve until told to stop.

Thread: event loop (the main thread).
"""

import asyncio
import os
import sys

from loguru import logger

from access.errors import KeysProblem
from batching.engine.errors import ModelError
from batching.engine.file_limit import raise_file_limit
from first_start import offer_real_model
from model_manager import ModelManager
from model_plan import plan_model
from served_model import ServedModel
from serving import EXIT_FAILED, CannotListen, serve
from settings import Settings, SettingsProblem, exit_with_problem, load_settings
from telemetry.log import configure_logging, stop_logging
from telemetry.log_files import MEGABYTE, LogRotation
from tls.errors import TlsProblem

EXIT_WRONG_USAGE = 2
EXIT_INTERRUPTED = 130
"""Ctrl-C before there was anything to drain."""


class CannotLog(Exception):
    """The log file cannot be written; the message is one line."""


def main(argv: list[str]) -> int:
    """Run the server; returns the exit code."""
    try:
        settings = offer_real_model(load_settings(argv))
    except SettingsProblem as problem:
        exit_with_problem(problem, code=EXIT_WRONG_USAGE)
    os.umask(0o077)  # prompts and answers are in what it writes: nobody else's business
    raise_file_limit()
    try:
        start_logging(settings)
        plan = plan_model(settings)
        for note in plan.notes:
            logger.warning(note)
        return asyncio.run(
            serve(
                settings,
                lambda: ModelManager([ServedModel(plan)]),
                settings_anew=lambda: load_settings(argv),
            )
        )
    except (CannotLog, CannotListen, KeysProblem, ModelError, TlsProblem) as problem:
        exit_with_problem(problem, code=EXIT_FAILED)


def start_logging(settings: Settings) -> None:
    """Log to the terminal and, unless it is switched off, to a file.

    Raises:
        CannotLog: the file cannot be written.
    """
    file = settings.data_dir / "logs" / "hearth.log" if settings.log_file else None
    rotation = LogRotation(
        max_bytes=int(settings.log_file_mb * MEGABYTE),
        num_kept=settings.log_files_kept,
        compresses=settings.log_compression == "gzip",
    )
    try:
        configure_logging(
            settings.log_level, file=file, log_format=settings.log_format, rotation=rotation
        )
    except OSError as error:
        raise CannotLog(
            f"cannot write {file}: {error.strerror}; choose another --data-dir, or --log-file false"
        ) from None


def leave(code: int) -> None:
    """End the process at once.

    NOTE: a model download cannot be interrupted, and the interpreter would wait for its threads.
    Everything of ours is closed and flushed by now, so the interpreter's tear-down is skipped.
    """
    stop_logging()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    try:
        leave(main(sys.argv[1:]))
    except KeyboardInterrupt:
        leave(EXIT_INTERRUPTED)
