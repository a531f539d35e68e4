"""Hearth's entry point: settings → checks → web application → run until told to stop.

Thread: event loop (the main thread).
"""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from loguru import logger

import banner
from api.app import make_app
from api.bad_http import Runner
from batching.engine.errors import EngineError, ModelError
from batching.engine.file_limit import raise_file_limit
from first_start import offer_real_model
from model_manager import ModelManager
from model_plan import plan_model
from network.announce import Service
from network.presence import stay_found
from prompts.errors import PromptError
from served_model import ServedModel
from settings import Settings, SettingsProblem, exit_with_problem, load_settings, read_version
from telemetry.log import configure_logging

EXIT_FAILED = 1
EXIT_WRONG_USAGE = 2
EXIT_ENGINE_DIED = 70
"""EX_SOFTWARE: a service manager restarts the process."""
EXIT_INTERRUPTED = 130
"""Ctrl-C before there was anything to drain."""

MAX_PORT = 65535

CLOSING_SECONDS = 5.0
"""What open connections get to read their last bytes."""


class CannotLog(Exception):
    """The log file cannot be written; the message is one line."""


class CannotListen(Exception):
    """The address or port cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the server listens: an address, never a name, and the port that was found."""

    ip: str
    port: int


class StopSignals:
    """SIGTERM and SIGINT: the first asks to stop, the second not to wait for running requests."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.urgent = asyncio.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_number, self._note)

    def _note(self) -> None:
        (self.urgent if self.requested.is_set() else self.requested).set()


def main(argv: list[str]) -> int:
    """Run the server; returns the exit code."""
    try:
        settings = offer_real_model(load_settings(argv))
    except SettingsProblem as problem:
        exit_with_problem(problem, code=EXIT_WRONG_USAGE)
    raise_file_limit()
    try:
        start_logging(settings)
        plan = plan_model(settings)
        for note in plan.notes:
            logger.warning(note)
        return asyncio.run(serve(settings, lambda: ModelManager([ServedModel(plan)])))
    except (CannotLog, CannotListen, ModelError) as problem:
        exit_with_problem(problem, code=EXIT_FAILED)


def start_logging(settings: Settings) -> None:
    """Log to the terminal and, unless it is switched off, to a file.

    Raises:
        CannotLog: the file cannot be written.
    """
    file = settings.data_dir / "logs" / "hearth.log" if settings.log_file else None
    try:
        configure_logging(settings.log_level, file=file)
    except OSError as error:
        raise CannotLog(
            f"cannot write {file}: {error.strerror}; choose another --data-dir, or --log-file false"
        ) from None


async def serve(settings: Settings, make_manager: Callable[[], ModelManager]) -> int:
    """Open the port, load, serve until SIGTERM or SIGINT, drain, stop.

    Raises:
        CannotListen: before anything is loaded.
    """
    stop = StopSignals()
    manager = make_manager()
    runner = Runner(make_app(manager, settings), shutdown_timeout=CLOSING_SECONDS)
    await runner.setup()
    try:
        bound = await listen(runner, settings)
        return await run_models(manager, settings, bound=bound, stop=stop)
    finally:
        await runner.cleanup()


async def listen(runner: web.AppRunner, settings: Settings) -> Bound:
    """Open the port: a setting of 0 takes any that is free."""
    host, port = settings.host, settings.port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotListen(why_not_listening(error, host, port)) from None
    return Bound(*runner.addresses[0][:2])


def why_not_listening(error: OSError, host: str, port: int) -> str:
    """One line with the way out."""
    if error.errno == errno.EADDRINUSE:
        another = port + 1 if port < MAX_PORT else port - 1
        return f"port {port} on {host} is taken by another program; try --port {another}"
    if error.errno == errno.EACCES:
        return f"port {port} is only for the administrator; try --port 8000"
    reason = error.strerror or str(error)
    return f"cannot listen on --host {host}: {reason}; 127.0.0.1 is this machine, 0.0.0.0 is all"


async def run_models(
    manager: ModelManager, settings: Settings, *, bound: Bound, stop: StopSignals
) -> int:
    """From loading to the last token; returns the exit code."""
    loading = asyncio.create_task(load(manager, bound), name="load models")
    found = asyncio.create_task(be_found(loading, manager, settings, bound), name="be found")
    failing = asyncio.create_task(manager.wait_for_failure(), name="watch models")
    stopping = asyncio.create_task(stop.requested.wait(), name="wait for a signal")
    try:
        await asyncio.wait({loading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            loading.result()
            await asyncio.wait({failing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            await drain(manager, settings, stop)
            return EXIT_ENGINE_DIED if failing.done() else 0
        logger.error("stopping with exit code {}: {}", EXIT_ENGINE_DIED, failing.result())
        return EXIT_ENGINE_DIED
    except (EngineError, PromptError) as error:
        logger.error("cannot serve: {}", error)
        return EXIT_FAILED
    except Exception as error:
        logger.opt(exception=error).error("cannot serve")
        return EXIT_FAILED
    finally:
        await cancel(found, loading, failing, stopping)
        await manager.stop()


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """End tasks whose results nobody needs any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def load(manager: ModelManager, bound: Bound) -> None:
    """Load and then say how to use it."""
    await manager.load()
    model = manager.default
    logger.info("ready: {} on {} port {}", model.name, bound.ip, bound.port)
    text = banner.text(
        model_name=model.name,
        host=bound.ip,
        port=bound.port,
        context_length=model.context_length,
        is_demo=model.is_demo,
        makes_embeddings=model.embedding is not None,
    )
    print(text, flush=True)


async def be_found(
    loading: asyncio.Task[None], manager: ModelManager, settings: Settings, bound: Bound
) -> None:
    """Once it is loaded, tell the LAN and the log where the server is."""
    await asyncio.wait({loading})
    if loading.cancelled() or loading.exception():
        return
    service = Service(bound.port, model=manager.default.name, version=read_version())
    await stay_found(bound.ip, service, announces=settings.mdns)


async def drain(manager: ModelManager, settings: Settings, stop: StopSignals) -> None:
    """Let accepted requests finish; those that do not get an error."""
    logger.info(
        "stopping: no new requests; waiting for {} running",
        sum(model.batcher.num_running + model.batcher.num_waiting for model in manager.models),
    )
    draining = asyncio.create_task(manager.drain(settings.shutdown_grace_seconds), name="drain")
    hurrying = asyncio.create_task(stop.urgent.wait(), name="wait for a second signal")
    await asyncio.wait({draining, hurrying}, return_when=asyncio.FIRST_COMPLETED)
    if not (draining.done() and draining.result()):
        logger.warning("requests were still running and fail now")
    await cancel(draining, hurrying)


def leave(code: int) -> None:
    """End the process at once.

    NOTE: a model download cannot be interrupted, and the interpreter would wait for its threads.
    Everything of ours is closed and flushed by now, so the interpreter's tear-down is skipped.
    """
    logger.remove()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    try:
        leave(main(sys.argv[1:]))
    except KeyboardInterrupt:
        leave(EXIT_INTERRUPTED)
