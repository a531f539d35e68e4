"""What the queue's operations cost while 10,000 wait: `python -m benchmarks.request_queue`.

Thread: event loop (the only thread).
"""

import asyncio
import random
import time
import tracemalloc
from collections import deque
from collections.abc import Callable

from batching.engine.sampling_params import SamplingParams
from batching.messages import StopRules, Submit
from batching.queue import BATCH_AGE_SECONDS, RequestQueue
from batching.stream import TokenStream

NUM_WAITING = 10_000
NUM_SLOTS = 16
NUMS_CLIENTS = (1, 100, NUM_WAITING)


class Clock:
    """Time that passes when it is told to."""

    now_seconds = 0.0

    def __call__(self) -> float:
        return self.now_seconds


def make_streams(num_clients: int, rng: random.Random) -> list[TokenStream]:
    """Requests of random clients, half of them batch."""
    return [
        TokenStream(
            Submit(
                f"{rng.random()}",
                (1, 2, 3),
                SamplingParams(),
                StopRules(max_tokens=1),
                client=f"client {rng.randrange(num_clients)}",
                priority=rng.choice(("interactive", "batch")),
            ),
            cancel=lambda stream: None,
        )
        for _ in range(NUM_WAITING)
    ]


def put_all(queue: RequestQueue, streams: list[TokenStream]) -> None:
    for stream in streams:
        queue.put(stream)


def serve_all(queue: RequestQueue) -> None:
    """Take everything, with so many running as there are slots."""
    running: deque[TokenStream] = deque()
    while (stream := queue.take()) is not None:
        running.append(stream)
        if len(running) > NUM_SLOTS:
            queue.release(running.popleft())
    for stream in running:
        queue.release(stream)


def microseconds(action: Callable[[], object]) -> float:
    start_seconds = time.perf_counter()
    action()
    return (time.perf_counter() - start_seconds) * 1e6


def measure(num_clients: int) -> str:
    """One line of results."""
    rng, clock = random.Random(0), Clock()
    queue = RequestQueue(max_requests=10**6, max_tokens=10**9, clock=clock)
    waiting, passing = make_streams(num_clients, rng), make_streams(num_clients, rng)
    tracemalloc.start()
    put_all(queue, waiting)
    num_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    put = microseconds(lambda: put_all(queue, passing))
    rng.shuffle(passing)
    discard = microseconds(lambda: [queue.discard(stream) for stream in passing])
    serve = microseconds(lambda: serve_all(queue))
    put_all(queue, waiting)
    clock.now_seconds += 2 * BATCH_AGE_SECONDS
    age = microseconds(queue.take)
    costs = " ".join(f"{cost / NUM_WAITING:8.2f}" for cost in (put, discard, serve))
    return f"{num_clients:7} {costs} {num_bytes / NUM_WAITING:14.0f} {age / 1000:17.1f}"


async def main() -> None:
    """Print the table; costs in microseconds per request, the last one once for half of them."""
    print("clients   put µs  discard    serve  bytes/request  all batch age, ms")
    for num_clients in NUMS_CLIENTS:
        print(measure(num_clients))


if __name__ == "__main__":
    asyncio.run(main())
