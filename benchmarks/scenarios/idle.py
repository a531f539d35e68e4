"""A server that nobody asks anything, and the first request after that.

Thread: both.
"""

import statistics
import time

from benchmarks.figures import Figure, Row, Series, at_most, ratio
from benchmarks.processes import cpu_seconds
from benchmarks.servers import ServerProcess
from benchmarks.session import Session
from benchmarks.targets import Target

MAX_REPEATED_IDLE_SECONDS = 60.0
"""A longer rest is taken once."""
NUM_LONE_REQUESTS = 10


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
