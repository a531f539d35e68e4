"""A chat that comes behind a flood of requests from somebody else.

Thread: both.
"""

import socket

from benchmarks.figures import NotMeasured, Row, Series, at_most, ratio
from benchmarks.loads import Trigger
from benchmarks.scenarios.arrivals import newcomer, running
from benchmarks.session import Session

FLOOD_ADDRESS = "127.0.0.2"
NUM_FLOOD_TOKENS = 64


def measure_flood(session: Session) -> list[Row]:
    """150 requests at once from one address, then a chat from another."""
    recipe = session.small_vocabulary
    num_requests = session.size(150, quick=30)
    what = f"{num_requests} requests at once, then a chat from another address: its TTFT / with 8"
    bound = at_most(2)
    if not can_send_from(FLOOD_ADDRESS):
        reason = f"this machine does not send from {FLOOD_ADDRESS}"
        return [NotMeasured(what, reason, bound)]
    hearth = session.pair(recipe).hearth

    def ttft_ms(num_running: int) -> float:
        requests = running(
            session,
            recipe,
            hearth,
            num_running,
            until=Trigger((num_running,)),
            local_address=FLOOD_ADDRESS,
            num_tokens=NUM_FLOOD_TOKENS,
        )
        requests.append(newcomer(session, recipe, hearth, 64, running=1))
        return 1000 * session.send(hearth, requests)[num_running].ttft_seconds

    flooded, calm = session.alternate((num_requests, 8), ttft_ms)
    return [
        ratio(
            f"{what} running",
            Series(f"behind {num_requests}", "ms", flooded),
            Series("with 8 running", "ms", calm),
            must=bound,
        )
    ]


def can_send_from(address: str) -> bool:
    """Whether this machine has the address: macOS has only the first of 127.0.0.0/8."""
    with socket.socket() as sender:
        try:
            sender.bind((address, 0))
        except OSError:
            return False
    return True
