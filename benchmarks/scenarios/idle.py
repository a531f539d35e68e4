"""A server that nobody asks anything, the first request after that, and a very long queue.

Thread: both.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figures import Figure, Row, Series, at_most, ratio
from benchmarks.loads import Answers, Load, LoadFailed, Request, Trigger
from benchmarks.processes import cpu_seconds
from benchmarks.random_model import Recipe
from benchmarks.servers import ServerProcess, Target
from benchmarks.session import Session

MAX_REPEATED_IDLE_SECONDS = 60.0
"""A longer rest is taken once."""
NUM_LONE_REQUESTS = 10

NUM_RUNNING = 4
NUM_TOKENS = 900
"""Of each running stream: long enough for all others to arrive meanwhile."""
MIN_STEPS = 50
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
        target = server.target
        for repetition in range(session.options.repetitions):
            with_queue, first_step = _steps_before_queue(session, target, recipe, num_waiting)
            crowded.append(_median_gap_ms(with_queue, first_step))
            without = session.send(target, _running(session, recipe, target))
            alone.append(_median_gap_ms(without, first_step))
            session.say(f"  repetition {repetition + 1} of {session.options.repetitions}")
    return [
        ratio(
            f"step time while {num_waiting:,} requests wait / the same steps with none",
            Series("with a queue", "ms", tuple(crowded)),
            Series("without", "ms", tuple(alone)),
            must=at_most(1.05),
        )
    ]


def _running(session: Session, recipe: Recipe, target: Target) -> list[Request]:
    chats = session.chats(recipe)
    return [session.request(target, chats.plain(32), NUM_TOKENS) for _ in range(NUM_RUNNING)]


def _steps_before_queue(
    session: Session, target: Target, recipe: Recipe, num_waiting: int
) -> tuple[Answers, int]:
    """Streams that have all the others waiting behind them from the returned step on."""
    chats = session.chats(recipe)
    requests = _running(session, recipe, target)
    requests += [
        session.request(
            target,
            chats.plain(16),
            1,
            sent_when=Trigger(tuple(range(NUM_RUNNING)), num_pieces=8),
            given_up_when=Trigger.end_of(0),
        )
        for _ in range(num_waiting)
    ]
    load = Load(target.host, target.port, target.path, tuple(requests))
    session.client.start(load)
    try:
        all_wait_since = _wait_for(target, lambda status: _num_waiting(status) >= num_waiting)
    finally:
        answers = session.client.finish()
    answers.check(load, is_exact=True)
    _wait_for(target, lambda status: _num_waiting(status) + status["batch"]["running"] == 0)
    since = all_wait_since - answers.begun_seconds
    return answers, sum(seconds <= since for seconds in answers[0].piece_seconds)


def _num_waiting(status: Any) -> int:
    num_waiting: int = status["queue"]["waiting"]
    return num_waiting


def _wait_for(target: Target, claim: Callable[[Any], bool]) -> float:
    """When the server's status page first said so, in the system's monotonic seconds."""
    end = time.monotonic() + QUEUE_SECONDS
    while time.monotonic() < end:
        status, page = target.get("/")
        if status == 200 and claim(page):
            return time.monotonic()
        time.sleep(POLL_SECONDS)
    raise LoadFailed(f"the queue did not come to what it should be in {QUEUE_SECONDS:.0f} s")


def _median_gap_ms(answers: Answers, first_step: int) -> float:
    """Of the steps from there to the end of the streams."""
    gaps = answers[0].gaps_seconds[first_step:]
    if len(gaps) < MIN_STEPS:
        raise LoadFailed(f"only {len(gaps)} steps were left when all requests had come")
    return 1000 * statistics.median(gaps)
