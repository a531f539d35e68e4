"""Hearth's entry point: settings → checks → web application → run until told to stop.

Thread: event loop (the main thread).
"""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from loguru import logger

import banner
from access.errors import KeysProblem
from access.first_key import make_first_key
from access.key_file import KeyFile
from api.access import DOOR
from api.app import make_app
from api.bad_http import Runner
from api.connections import ConnectionLimits
from api.host_check import names_of_machine
from batching.engine.errors import EngineError, ModelError
from batching.engine.file_limit import raise_file_limit
from first_start import offer_real_model
from model_manager import ModelManager
from model_plan import plan_model
from prompts.errors import PromptError
from served_model import ServedModel
from settings import Settings, SettingsProblem, exit_with_problem, load_settings
from telemetry.log import configure_logging, stop_logging
from telemetry.log_files import MEGABYTE, LogRotation
from tls.chosen import chosen_context, trust_hint
from tls.errors import TlsProblem
from tls.live_context import LiveContext

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


class ReloadSignal:
    """SIGHUP: what may change while the server runs is read again. Requests notice nothing, unless
    their key is gone."""

    def __init__(self, reads: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._reads = reads
        self._requested = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._requested.set)

    async def watch(self) -> None:
        """Read whenever it is asked for, for ever."""
        while True:
            await self._requested.wait()
            self._requested.clear()
            for read in self._reads:
                try:
                    await read()
                except Exception as error:  # the next one is not to blame
                    logger.opt(exception=error).error("reading again failed")


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


async def serve(settings: Settings, make_manager: Callable[[], ModelManager]) -> int:
    """Open the port, load, serve until SIGTERM or SIGINT, drain, stop.

    Raises:
        CannotListen, KeysProblem, TlsProblem: before anything is loaded.
    """
    tls = chosen_context(settings, names_of_machine())
    stop = StopSignals()
    manager = make_manager()
    first_key = first_key_of(settings)
    app = make_app(manager, settings)
    reload = ReloadSignal([lambda: app[DOOR].refresh(always=True), *([tls.reload] if tls else [])])
    runner = Runner(app, shutdown_timeout=CLOSING_SECONDS, limits=connection_limits(settings))
    await runner.setup()
    watching = [asyncio.create_task(reload.watch(), name="wait for SIGHUP")]
    if tls:
        watching.append(asyncio.create_task(tls.watch(), name="watch the certificate"))
    try:
        port = await listen(runner, settings, tls)
        return await run_models(manager, settings, port=port, stop=stop, first_key=first_key)
    finally:
        await cancel(*watching)
        await runner.cleanup()


def first_key_of(settings: Settings) -> str | None:
    """The secret of the key that is made where callers need one and there is none. Raises
    KeysProblem."""
    if not settings.requires_key or settings.jwt_key_file:
        return None
    return make_first_key(KeyFile(settings.data_dir))


def connection_limits(settings: Settings) -> ConnectionLimits:
    """What one client may take, as it was set."""
    return ConnectionLimits(
        settings.max_connections,
        settings.max_connections_per_client,
        settings.receive_timeout_seconds,
        settings.send_timeout_seconds,
    )


async def listen(runner: web.AppRunner, settings: Settings, tls: LiveContext | None) -> int:
    """Open the port and return it: a setting of 0 takes any that is free."""
    host, port = settings.host, settings.port
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls.context if tls else None).start()
    except OSError as error:
        raise CannotListen(why_not_listening(error, host, port)) from None
    bound_port: int = runner.addresses[0][1]
    return bound_port


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
    manager: ModelManager,
    settings: Settings,
    *,
    port: int,
    stop: StopSignals,
    first_key: str | None,
) -> int:
    """From loading to the last token; returns the exit code."""
    loading = asyncio.create_task(
        load(manager, settings, port, first_key=first_key), name="load models"
    )
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
        await cancel(loading, failing, stopping)
        await manager.stop()


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """End tasks whose results nobody needs any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def load(
    manager: ModelManager, settings: Settings, port: int, *, first_key: str | None
) -> None:
    """Load and then say how to use it."""
    await manager.load()
    model = manager.default
    logger.info("ready: {} on {} port {}", model.name, settings.host, port)
    text = banner.text(
        model_name=model.name,
        host=settings.host,
        port=port,
        context_length=model.context_length,
        is_demo=model.is_demo,
        makes_embeddings=model.embedding is not None,
        requires_key=settings.requires_key,
        first_key=first_key,
        scheme="http" if settings.tls == "off" and settings.tls_cert is None else "https",
        notes=trust_hint(settings),
    )
    print(text, flush=True)


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
    stop_logging()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    try:
        leave(main(sys.argv[1:]))
    except KeyboardInterrupt:
        leave(EXIT_INTERRUPTED)
