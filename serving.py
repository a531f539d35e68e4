"""One run of the server: the port opened, models loaded, requests served, drained, stopped.

Thread: event loop (the main thread).
"""

import asyncio
import errno
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web
from loguru import logger

import banner
from access.addresses import read_network
from access.door import Door
from access.errors import KeysProblem
from access.first_key import make_first_key
from access.key_file import KeyFile
from api.access import DOOR, read_token_rules
from api.app import make_app
from api.bad_http import Runner
from api.connections import ConnectionLimits
from batching.engine.errors import EngineError
from model_manager import ModelManager
from network.addresses import own_names
from network.announce import Service
from network.presence import stay_found
from prompts.errors import PromptError
from settings import Settings, read_version
from signals import ReloadSignal, StopSignals
from telemetry.log import LEVELS
from tls.chosen import chosen_context, trust_hint
from tls.live_context import LiveContext

EXIT_FAILED = 1
EXIT_ENGINE_DIED = 70
"""EX_SOFTWARE: a service manager restarts the process."""

MAX_PORT = 65535

COLLECTOR_THRESHOLDS = (10_000, 10, 10)
"""New objects between two looks for unreachable cycles, and of the shorter looks between two longer
ones. With Python's 700 they took 6 % of an answer without a model."""

CLOSING_SECONDS = 5.0
"""What open connections get to read their last bytes."""


class CannotListen(Exception):
    """The address or port cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True)
class Opened:
    """How the server is reached: at an address, never a name, and the port that was found."""

    ip: str
    port: int
    scheme: str


async def serve(
    settings: Settings,
    make_manager: Callable[[], ModelManager],
    *,
    settings_anew: Callable[[], Settings] | None = None,
) -> int:
    """Open the port, load, serve until SIGTERM or SIGINT, drain, stop.

    settings_anew: reads them again, for what SIGHUP may change.

    Raises:
        CannotListen, KeysProblem, TlsProblem: before anything is loaded.
    """
    tls = chosen_context(settings, own_names())
    stop = StopSignals()
    manager = make_manager()
    app = make_app(manager, settings)
    runner = Runner(app, shutdown_timeout=CLOSING_SECONDS, limits=connection_limits(settings))
    await runner.setup()
    reads: list[Callable[[], Awaitable[None]]] = [
        lambda: app[DOOR].refresh(always=True),
        partial(read_tokens_key, app[DOOR], settings),
    ]
    if settings_anew:
        reads.append(partial(read_log_level, settings_anew))
    if tls:
        reads.append(tls.reload)
    reload = ReloadSignal(reads)
    watching = [asyncio.create_task(reload.watch(), name="wait for SIGHUP")]
    if tls:
        watching.append(asyncio.create_task(tls.watch(), name="watch the certificate"))
    try:
        ip, port = await listen(runner, settings, tls)
        opened = Opened(ip, port, "https" if tls else "http")
        return await run_models(manager, settings, opened, stop)
    finally:
        await cancel(*watching)
        await runner.cleanup()


async def read_tokens_key(door: Door, settings: Settings) -> None:
    """Take tokens by the key that is in the file now. Raises KeysProblem."""
    door.change_tokens(await asyncio.to_thread(read_token_rules, settings))


async def read_log_level(settings_anew: Callable[[], Settings]) -> None:
    """Log as .env says now. Raises SettingsProblem."""
    LEVELS.set((await asyncio.to_thread(settings_anew)).log_level)
    logger.info("log level: {}", LEVELS.level)


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
        tuple(map(read_network, settings.trusted_proxies)),
    )


async def listen(
    runner: web.AppRunner, settings: Settings, tls: LiveContext | None
) -> tuple[str, int]:
    """Open the port: a setting of 0 takes any that is free. Returns address and port."""
    host, port = settings.host, settings.port
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls.context if tls else None).start()
    except OSError as error:
        raise CannotListen(why_not_listening(error, host, port)) from None
    ip, bound_port = runner.addresses[0][:2]
    return ip, bound_port


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
    manager: ModelManager, settings: Settings, opened: Opened, stop: StopSignals
) -> int:
    """From loading to the last token; returns the exit code."""
    loading = asyncio.create_task(load(manager, settings, opened), name="load models")
    found = asyncio.create_task(be_found(loading, manager, settings, opened), name="be found")
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
    except (EngineError, KeysProblem, PromptError) as error:
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


async def load(manager: ModelManager, settings: Settings, opened: Opened) -> None:
    """Load and then say how to use it.

    The first key is made where it is shown: a start that fails before would lose it.
    """
    await manager.load()
    keep_what_is_loaded()
    model = manager.default
    first_key = await asyncio.to_thread(first_key_of, settings)
    logger.info("ready: {} on {} port {}", model.name, opened.ip, opened.port)
    text = banner.text(
        model_name=model.name,
        host=opened.ip,
        port=opened.port,
        context_length=model.context_length,
        is_demo=model.is_demo,
        makes_embeddings=model.embedding is not None,
        scheme=opened.scheme,
        requires_key=settings.requires_key,
        first_key=first_key,
        notes=trust_hint(settings),
    )
    print(text, flush=True)


def keep_what_is_loaded() -> None:
    """140,000 objects of libraries and the model stay for good: the collector of cycles need not go
    through them while streams wait for it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


async def be_found(
    loading: asyncio.Task[None], manager: ModelManager, settings: Settings, opened: Opened
) -> None:
    """Once it is loaded, tell the LAN and the log where the server is."""
    await asyncio.wait({loading})
    if loading.cancelled() or loading.exception():
        return
    service = Service(
        opened.port, model=manager.default.name, version=read_version(), scheme=opened.scheme
    )
    await stay_found(opened.ip, service, announces=settings.mdns)


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
