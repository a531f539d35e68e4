"""The load client: `python -m benchmarks.load_client` reads loads and writes what it saw.

Thread: event loop (of a process of its own).
"""

import asyncio
import heapq
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from types import FrameType
from typing import Any

from benchmarks.exchange import Exchange
from benchmarks.loads import NEVER_SO_MANY, Answer, Answers, Load, Request, Trigger
from benchmarks.worker_process import WorkerProcess, answer_lines

CUT_SHORT = signal.SIGUSR1


class LoadClient:
    """The helper process, seen from the benchmark."""

    def __init__(self) -> None:
        self._worker = WorkerProcess("benchmarks.load_client")

    def start(self, load: Load) -> None:
        """Begin to send; `finish` must follow."""
        self._worker.send(load)

    def cut_short(self) -> None:
        """Give up every request of the load that is still going on."""
        self._worker.signal(CUT_SHORT)

    def finish(self) -> Answers:
        """Wait for the last answer.

        Raises:
            WorkerDied: the process ended instead.
        """
        return Answers.from_json(self._worker.receive())

    def close(self) -> None:
        self._worker.close()


class Progress:
    """Who waits for which request to get how far."""

    def __init__(self, num_requests: int) -> None:
        self._num_pieces = [0] * num_requests
        # Heaps: thousands may wait for one stream, and its pieces must not pay for them.
        self._waiting: dict[int, list[tuple[int, int, asyncio.Event]]] = defaultdict(list)
        self._num_waits = 0

    def note_piece(self, index: int) -> None:
        self._note(index, self._num_pieces[index] + 1)

    def note_end(self, index: int) -> None:
        """A request that has ended is as far as it can be."""
        self._note(index, NEVER_SO_MANY)

    def _note(self, index: int, num_pieces: int) -> None:
        self._num_pieces[index] = num_pieces
        waiting = self._waiting[index]
        while waiting and waiting[0][0] <= num_pieces:
            heapq.heappop(waiting)[2].set()

    async def wait(self, trigger: Trigger) -> None:
        """Until the trigger comes."""
        for index in trigger.of:
            if self._num_pieces[index] < trigger.num_pieces:
                event = asyncio.Event()
                self._num_waits += 1
                item = (trigger.num_pieces, self._num_waits, event)
                heapq.heappush(self._waiting[index], item)
                await event.wait()


class LoadRun:
    """One load under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._progress = Progress(len(load.requests))
        self.begun_seconds = 0.0
        self._exchanges: list[Exchange] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self.answers = [Answer() for _ in load.requests]

    async def run(self) -> None:
        """Send everything; requests that do not get through, or not in time, get an error."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._load.time_limit_seconds) as limit:
                if self._load.num_connections is None:
                    await self._run_at_once()
                else:
                    await self._run_in_turn(self._load.num_connections)
        except OSError as error:  # a TimeoutError is one, and so is a connection that is not taken
            is_late = limit.expired()
            seconds = self._load.time_limit_seconds
            reason = f"no end within {seconds:g} s" if is_late else f"cannot connect: {error}"
            self._fail_the_rest(reason)
        finally:
            for exchange in self._exchanges:
                exchange.hang_up()

    def cut_short(self) -> None:
        """Give up what is going on; for a signal handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._give_up_all)

    def _give_up_all(self) -> None:
        for exchange in self._exchanges:
            exchange.give_up()

    def _fail_the_rest(self, error: str) -> None:
        for answer in self.answers:
            if not answer.ended_seconds:
                answer.error = error

    async def _run_at_once(self) -> None:
        for request in self._load.requests:
            await self._connect(request)
        exchanges = tuple(self._exchanges)
        self.begun_seconds = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for index, exchange in enumerate(exchanges):
                group.create_task(self._send(exchange, index))

    async def _run_in_turn(self, num_connections: int) -> None:
        indices = iter(range(len(self._load.requests)))
        self.begun_seconds = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(num_connections):
                group.create_task(self._send_in_turn(indices))

    async def _send_in_turn(self, indices: Iterator[int]) -> None:
        exchange: Exchange | None = None
        for index in indices:
            if exchange is None or not exchange.is_open:
                exchange = await self._connect(self._load.requests[index])
            await self._send(exchange, index)

    async def _connect(self, request: Request) -> Exchange:
        _, exchange = await asyncio.get_running_loop().create_connection(
            Exchange, self._load.host, self._load.port, local_addr=(request.local_address, 0)
        )
        self._exchanges.append(exchange)
        return exchange

    async def _send(self, exchange: Exchange, index: int) -> None:
        request = self._load.requests[index]
        if request.sent_when:
            await self._progress.wait(request.sent_when)
        watch: asyncio.Task[None] | None = None
        if request.given_up_when:
            watch = asyncio.create_task(self._give_up(exchange, request.given_up_when))
        try:
            await exchange.send(
                self._bytes(request),
                self.answers[index],
                begun_seconds=self.begun_seconds,
                on_piece=lambda: self._progress.note_piece(index),
            )
        finally:
            if watch:
                watch.cancel()
            self._progress.note_end(index)

    async def _give_up(self, exchange: Exchange, trigger: Trigger) -> None:
        await self._progress.wait(trigger)
        exchange.give_up()

    def _bytes(self, request: Request) -> bytes:
        body = request.body.encode()
        head = (
            f"POST {self._load.path} HTTP/1.1\r\nHost: {self._load.host}:{self._load.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        if self._load.api_key:
            head += f"Authorization: Bearer {self._load.api_key}\r\n"
        return f"{head}\r\n".encode() + body


def main() -> None:
    run: LoadRun | None = None

    def cut_short(order: int, frame: FrameType | None) -> None:
        if run is not None:
            run.cut_short()

    # Not asyncio's own handling: it ends with the loop, and a late signal would end the process.
    signal.signal(CUT_SHORT, cut_short)

    def answer(value: Any) -> Answers:
        nonlocal run
        cpu_seconds = time.process_time()
        run = LoadRun(Load.from_json(value))
        asyncio.run(run.run())
        cpu_seconds = time.process_time() - cpu_seconds
        return Answers(tuple(run.answers), run.begun_seconds, cpu_seconds)

    answer_lines(answer)


if __name__ == "__main__":
    main()
