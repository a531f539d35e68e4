"""The first half of the soak test: many random requests to one server.

Thread: both (the driving process; the requests run on an event loop of its own).
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.loads import LoadFailed
from benchmarks.processes import resident_bytes
from benchmarks.servers import ServerProcess, start_hearth
from benchmarks.soak.clients import Outcome, send_all
from benchmarks.soak.memory import MemorySample
from benchmarks.soak.oracle import Oracle
from benchmarks.soak.traffic import Chat, Kind, Traffic
from benchmarks.targets import Target

NUM_SAMPLES = 100
MAX_MISTAKES_SHOWN = 20
IDLE_SECONDS = 30.0
POLL_SECONDS = 0.1
FLAGS = ("--dtype", "float32", "--prefix-cache-gb", "0.1")
"""In half precision an answer may differ between a batch and a request alone. The prefix cache is
full after a few hundred requests: from then on blocks come and go, and memory must stand still."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Wear:
    """What came of the requests."""

    num_requests: int = 0
    num_given_up: int = 0
    num_compared: dict[Kind, int] = field(default_factory=dict)
    num_wrong: int = 0
    num_failed: int = 0
    mistakes: list[str] = field(default_factory=list)
    memory: list[MemorySample] = field(default_factory=list)
    num_left_behind: int = 0
    exit_code: int | None = None

    def note_mistake(self, text: str) -> None:
        if len(self.mistakes) < MAX_MISTAKES_SHOWN:
            self.mistakes.append(text)


class WearTest:
    """Runs the requests against a fresh server and compares afterwards."""

    def __init__(self, model: Path, *, num_requests: int, seed: int, say: Say) -> None:
        self._model = model
        self._num_requests = num_requests
        self._traffic = Traffic(seed=seed)
        self._say = say
        self._compared: list[tuple[Chat, str]] = []
        self.wear = Wear()

    def run(self, folder: Path) -> Wear:
        """Everything, from starting the server to its exit code.

        Raises:
            ServerFailed: it does not start.
            LoadFailed: it does not come to rest.
        """
        with start_hearth(str(self._model), *FLAGS, folder=folder) as server:
            self._sample(server)
            chats = self._traffic.chats(self._num_requests)
            asyncio.run(send_all(server.target, chats, heard=self._listener(server)))
            self._say("  comparing answers with those that the same requests get alone")
            asyncio.run(self._compare_seeded(server.target))
            self.wear.num_left_behind = num_left_behind(server.target)
            self._sample(server)
            self.wear.exit_code = server.stop()
        self._compare_greedy()
        return self.wear

    def _listener(self, server: ServerProcess) -> Callable[[Chat, Outcome], None]:
        every = max(1, self._num_requests // NUM_SAMPLES)

        def heard(chat: Chat, outcome: Outcome) -> None:
            self._note(chat, outcome)
            if self.wear.num_requests % every == 0:
                self._sample(server)
            if self.wear.num_requests % (10 * every) == 0:
                self._say(f"  {self.wear.num_requests:,} of {self._num_requests:,} requests")

        return heard

    def _note(self, chat: Chat, outcome: Outcome) -> None:
        self.wear.num_requests += 1
        self.wear.num_given_up += outcome.was_given_up
        if outcome.error:
            self.wear.num_failed += 1
            self.wear.note_mistake(f"failed: {outcome.error}")
        elif chat.is_compared:
            self._compared.append((chat, outcome.text))

    def _sample(self, server: ServerProcess) -> None:
        page: Any = server.target.get("/")[1] or {}
        cache_bytes = (page.get("prefix_cache") or {}).get("bytes", 0)
        self.wear.memory.append(
            MemorySample(self.wear.num_requests, resident_bytes(server.pid), cache_bytes)
        )

    async def _compare_seeded(self, target: Target) -> None:
        """Ask again, one by one: with a seed the answer must be the same."""
        seeded = [(chat, text) for chat, text in self._compared if chat.kind == "seeded"]
        texts = iter([text for _, text in seeded])

        def heard(chat: Chat, outcome: Outcome) -> None:
            self._judge(chat, next(texts), outcome.text or outcome.error)

        await send_all(target, iter([chat for chat, _ in seeded]), heard=heard, num_clients=1)

    def _compare_greedy(self) -> None:
        oracle = Oracle(self._model)
        try:
            for chat, text in self._compared:
                if chat.kind == "greedy":
                    self._judge(chat, text, oracle.answer(chat))
        finally:
            oracle.close()

    def _judge(self, chat: Chat, text: str, expected: str) -> None:
        num_before = self.wear.num_compared.get(chat.kind, 0)
        self.wear.num_compared[chat.kind] = num_before + 1
        if text != expected:
            self.wear.num_wrong += 1
            self.wear.note_mistake(f"{chat.kind}: {text!r} instead of {expected!r}: {chat.body()}")


def num_left_behind(target: Target) -> int:
    """Requests that the server still runs or keeps waiting some time after the last answer."""
    end = time.monotonic() + IDLE_SECONDS
    while True:
        status, page = target.get("/")
        if status != 200:
            raise LoadFailed(f"the status page answers {status} after all requests")
        num_held = int(page["queue"]["waiting"]) + int(page["batch"]["running"])
        if num_held == 0 or time.monotonic() > end:
            return num_held
        time.sleep(POLL_SECONDS)
