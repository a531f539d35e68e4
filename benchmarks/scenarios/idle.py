"""A server that nobody asks anything, the first request after that, and a very long queue.

Thread: both.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figures import Figure, Row, Series, at_most, ratio
from benchmarks.loads import Load, LoadFailed, Request, Trigger
from benchmarks.processes import cpu_seconds
from benchmarks.random_model import Recipe
from benchmarks.servers import ServerProcess
from benchmarks.session import Session
from benchmarks.targets import Target

MAX_REPEATED_IDLE_SECONDS = 60.0
"""A longer rest is taken once."""
NUM_LONE_REQUESTS = 10

NUM_RUNNING = 4
ENDLESS = 8_000
"""Tokens of a running stream, which is given up before."""
STEPS_SECONDS = 8
MIN_STEPS = 20
QUEUE_SECONDS = 120.0
POLL_SECONDS = 0.1


def measure_idle(session: Session) -> list[Row]:
    """Processor time of an idle server, and the request that ends its rest."""
    recipe = session.small_vocabulary
    idle_seconds = session.options.idle_seconds
    is_repeated = idle_seconds <= MAX_REPEATED_IDLE_SECONDS
    cpu_percents, before, after = [], [], []
    with session.hearth_alone(recipe) as server:
        for _ in range(session.options.repetitions if is_repeated else 1):
            lone = [_lone_seconds(session, server.target) for _ in range(NUM_LONE_REQUESTS)]
            before.append(1000 * statistics.median(lone))
            session.say(f"  leaving Hearth idle for {idle_seconds:.0f} s")
            cpu_percents.append(_idle_percent(server, idle_seconds))
            after.append(1000 * _lone_seconds(session, server.target))
    return [
        Figure(
            f"processor time while idle for {idle_seconds:.0f} s",
            tuple(cpu_percents),
            unit="% of a core",
            must=at_most(0.5),
        ),
        ratio(
            f"a request after {idle_seconds:.0f} s of rest / the median of {NUM_LONE_REQUESTS}",
            Series("after the rest", "ms", tuple(after)),
            Series("before it", "ms", tuple(before)),
            must=at_most(1.2),
        ),
    ]


def _lone_seconds(session: Session, target: Target) -> float:
    chats = session.chats(session.small_vocabulary)
    return session.send(target, [session.request(target, chats.plain(32), 8)]).seconds


def _idle_percent(server: ServerProcess, idle_seconds: float) -> float:
    cpu_before, begun = cpu_seconds(server.pid), time.monotonic()
    time.sleep(idle_seconds)
    used = cpu_seconds(server.pid) - cpu_before
    return 100 * used / (time.monotonic() - begun)


def measure_long_queue(session: Session) -> list[Row]:
    """Step time of 4 streams while 10,000 requests wait, against the same steps alone."""
    recipe = session.small_vocabulary
    num_waiting = session.size(10_000, quick=200)
    flags = ["--max-waiting-requests", str(2 * num_waiting)]
    flags += ["--max-waiting-tokens", str(1_000 * num_waiting)]
    crowded, alone = [], []
    with session.hearth_alone(recipe, *flags, num_rows=NUM_RUNNING) as server:
        for repetition in range(session.options.repetitions):
            gaps, first = _gaps_before_queue(session, server.target, recipe, num_waiting)
            crowded.append(1000 * statistics.median(gaps))
            # The same steps, because a step takes longer the more tokens were read before.
            requests = _running(session, recipe, server.target, first + len(gaps) + 1)
            without = session.send(server.target, requests)[0].gaps_seconds
            alone.append(1000 * statistics.median(without[first:]))
            session.say(f"  repetition {repetition + 1} of {session.options.repetitions}")
    return [
        ratio(
            f"step time while {num_waiting:,} requests wait / the same steps with none",
            Series("with a queue", "ms", tuple(crowded)),
            Series("without", "ms", tuple(alone)),
            must=at_most(1.05),
        )
    ]


def _running(session: Session, recipe: Recipe, target: Target, num_tokens: int) -> list[Request]:
    chats = session.chats(recipe)
    return [session.request(target, chats.plain(32), num_tokens) for _ in range(NUM_RUNNING)]


def _gaps_before_queue(
    session: Session, target: Target, recipe: Recipe, num_waiting: int
) -> tuple[list[float], int]:
    """Seconds of a stream's steps while all the others wait, and the index of the first of them."""
    chats = session.chats(recipe)
    when = Trigger(tuple(range(NUM_RUNNING)), num_pieces=8)
    requests = _running(session, recipe, target, ENDLESS)
    requests += [
        session.request(target, chats.plain(16), 1, sent_when=when) for _ in range(num_waiting)
    ]
    load = Load(target.host, target.port, target.path, tuple(requests))
    session.client.start(load)
    try:
        since = _wait_for(target, lambda page: _num_waiting(page) >= num_waiting)
        time.sleep(session.size(STEPS_SECONDS, quick=1))
    finally:
        session.client.cut_short()
        answers = session.client.finish()
    answers.check(load, is_exact=True)
    _wait_for(target, lambda page: _num_waiting(page) + page["batch"]["running"] == 0)
    pieces = answers[0].piece_seconds
    first = sum(seconds <= since - answers.begun_seconds for seconds in pieces)
    gaps = answers[0].gaps_seconds[first:]
    if len(gaps) < MIN_STEPS:
        raise LoadFailed(f"only {len(gaps)} steps while {num_waiting:,} requests were waiting")
    return gaps, first


def _num_waiting(page: Any) -> int:
    num_waiting: int = page["queue"]["waiting"]
    return num_waiting


def _wait_for(target: Target, claim: Callable[[Any], bool]) -> float:
    """When the server's status page first said so, in the system's monotonic seconds.

    Raises:
        LoadFailed: it did not within the time that is allowed.
    """
    end = time.monotonic() + QUEUE_SECONDS
    page: Any = None
    while time.monotonic() < end:
        status, page = target.get("/")
        if status == 200 and claim(page):
            return time.monotonic()
        time.sleep(POLL_SECONDS)
    raise LoadFailed(f"after {QUEUE_SECONDS:.0f} s the status page shows {page}")
