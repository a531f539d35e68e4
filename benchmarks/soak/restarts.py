"""The second half of the soak test: a server is started, loaded and stopped, many times.

Thread: both (the driving process).
"""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.load_client import LoadClient
from benchmarks.loads import Load, Request
from benchmarks.servers import ServerProcess, start_hearth
from benchmarks.soak.traffic import Traffic

NUM_REQUESTS = 20
"""More than there are slots."""
MAX_TOKENS = 2_000
"""So long that many are not finished when the server has to stop."""
LONGEST_SECONDS = 0.6
"""Of work before the stop."""
GRACE_SECONDS = (0, 0.3)
"""Both ways to stop: with requests that are cut off, and with some that finish first."""

LOADING_PART = 0.1
"""So often the stop comes while the model is still being loaded."""


def restart_again_and_again(
    model: Path, num_restarts: int, *, folder: Path, seed: int, say: Callable[[str], None]
) -> dict[int, int]:
    """How often which exit code came.

    Raises:
        ServerFailed: a server does not start.
    """
    chance = random.Random(seed)
    traffic = Traffic(seed=seed)
    exit_codes: Counter[int] = Counter()
    client = LoadClient()
    try:
        for number in range(1, num_restarts + 1):
            exit_codes[_start_and_stop(model, client, traffic, chance, folder)] += 1
            if number % max(1, num_restarts // 10) == 0:
                say(f"  {number:,} of {num_restarts:,} restarts, exit codes {dict(exit_codes)}")
    finally:
        client.close()
    return dict(exit_codes)


def _start_and_stop(
    model: Path, client: LoadClient, traffic: Traffic, chance: random.Random, folder: Path
) -> int:
    order = chance.choice((signal.SIGTERM, signal.SIGINT))
    is_loading = chance.random() < LOADING_PART
    flags = ("--shutdown-grace-seconds", str(chance.choice(GRACE_SECONDS)))
    ready_path = "/health" if is_loading else "/ready"
    with start_hearth(str(model), *flags, folder=folder, ready_path=ready_path) as server:
        if not is_loading:
            client.start(_load(server, traffic))
            # The moment is what is random here; nothing is waited for.
            time.sleep(chance.uniform(0, LONGEST_SECONDS))
        code = server.stop(order)
        if not is_loading:
            client.finish()  # what became of the requests is not the question
    if code == 0:
        server.log.unlink()
    return code


def _load(server: ServerProcess, traffic: Traffic) -> Load:
    requests = [
        Request(
            json.dumps(chat.body() | {"max_tokens": MAX_TOKENS, "ignore_eos": True}), MAX_TOKENS
        )
        for chat in traffic.chats(NUM_REQUESTS)
    ]
    target = server.target
    return Load(target.host, target.port, target.path, tuple(requests))
