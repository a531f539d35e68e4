"""Whether requests that wait cost those that run anything.

Thread: both.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figures import NotMeasured, Row, Series, at_most, ratio
from benchmarks.loads import Load, LoadFailed, Request, Trigger
from benchmarks.processes import max_open_files
from benchmarks.random_model import Recipe
from benchmarks.session import Session
from benchmarks.targets import Target

NUM_RUNNING = 4
ENDLESS = 8_000
"""Tokens of a running stream, which is given up before."""
STEPS_SECONDS = 8
MIN_STEPS = 20
SPARE_FILES = 100
"""That a server has open beside its connections, with some to spare."""
QUEUE_SECONDS = 120.0
POLL_SECONDS = 0.1


def measure_long_queue(session: Session) -> list[Row]:
    """Step time of 4 streams while 10,000 requests wait, against the same steps alone."""
    recipe = session.small_vocabulary
    asked = session.size(10_000, quick=200)
    flags = [
        *("--max-waiting-requests", str(2 * asked), "--max-waiting-tokens", str(1_000 * asked)),
        *("--max-connections", str(2 * asked), "--max-connections-per-client", str(2 * asked)),
    ]
    with session.hearth_alone(recipe, *flags, num_rows=NUM_RUNNING) as server:
        limit = max_open_files(server.pid)
        is_too_low = limit is not None and limit < asked + SPARE_FILES
        num_waiting = limit - SPARE_FILES if limit is not None and is_too_low else asked
        sides = _measure(session, server.target, recipe, num_waiting)
    what = "step time while {:,} requests wait / the same steps with none"
    must = at_most(1.05)
    if not is_too_low:
        return [ratio(what.format(asked), *sides, must=must)]
    reason = f"the server's process may have {limit:,} connections and files open, no more"
    return [
        NotMeasured(what.format(asked), reason, must),
        ratio(what.format(num_waiting), *sides),
    ]


def _measure(
    session: Session, target: Target, recipe: Recipe, num_waiting: int
) -> tuple[Series, Series]:
    crowded, alone = [], []
    for repetition in range(session.options.repetitions):
        gaps, first = _gaps_before_queue(session, target, recipe, num_waiting)
        crowded.append(1000 * statistics.median(gaps))
        # The same steps, because a step takes longer the more tokens were read before.
        requests = _running(session, recipe, target, first + len(gaps) + 1)
        without = session.send(target, requests)[0].gaps_seconds
        alone.append(1000 * statistics.median(without[first:]))
        session.say(f"  repetition {repetition + 1} of {session.options.repetitions}")
    return (
        Series("with a queue", "ms", tuple(crowded)),
        Series("without", "ms", tuple(alone)),
    )


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
