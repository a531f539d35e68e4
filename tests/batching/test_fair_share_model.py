"""Whose turn it is: a naive model of the queue must agree with it, whatever happens."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batching.messages import Priority
from batching.queue import BATCH_AGE_SECONDS, RequestQueue
from batching.stream import TokenStream
from tests.batching.conftest import FakeClock, request


@dataclass
class Waiting:
    """A request; its kind is interactive, young (a batch request at first) or aged."""

    name: str
    client: str
    kind: str
    since_seconds: float


@dataclass
class NaiveQueue:
    """The order of RequestQueue by looking at everything each time."""

    waiting: list[Waiting] = field(default_factory=list)
    num_running: Counter[str] = field(default_factory=Counter)
    last_turns: Counter[str] = field(default_factory=Counter)
    line_turns: dict[tuple[str, str], int] = field(default_factory=dict)
    turns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def put(self, new: Waiting) -> None:
        self.waiting.append(new)
        self.open_line(new)

    def open_line(self, new: Waiting) -> None:
        self.line_turns.setdefault((new.client, new.kind), next(self.turns))

    def close_lines(self) -> None:
        lines = {(each.client, each.kind) for each in self.waiting}
        self.line_turns = {line: turn for line, turn in self.line_turns.items() if line in lines}

    def remove(self, name: str) -> None:
        self.waiting = [each for each in self.waiting if each.name != name]
        self.close_lines()

    def age(self, now_seconds: float) -> None:
        for each in self.waiting:
            if each.kind == "young" and now_seconds - each.since_seconds > BATCH_AGE_SECONDS:
                each.kind = "aged"
                self.open_line(each)
        self.close_lines()

    def take(self, now_seconds: float, *, is_slot_reserved: bool) -> str | None:
        self.age(now_seconds)
        allowed = self.waiting
        if is_slot_reserved:
            allowed = [
                each
                for each in self.waiting
                if each.kind == "interactive" and not self.num_running[each.client]
            ]
        if not allowed:
            return None
        taken = min(allowed, key=self.rank)  # of equals the first
        self.line_turns[taken.client, taken.kind] = self.last_turns[taken.client] = next(self.turns)
        self.num_running[taken.client] += 1
        self.remove(taken.name)
        return taken.name

    def rank(self, each: Waiting) -> tuple[bool, int, int, int]:
        return (
            each.kind == "young",
            self.num_running[each.client],
            self.last_turns[each.client],
            self.line_turns[each.client, each.kind],
        )


class BothQueues:
    """The queue and its model, to which the same happens."""

    def __init__(self) -> None:
        self.clock, self.naive = FakeClock(), NaiveQueue()
        self.queue = RequestQueue(max_requests=1000, max_tokens=1_000_000, clock=self.clock)
        self.waiting: dict[str, TokenStream] = {}
        self.running: dict[str, TokenStream] = {}
        self._names = map(str, itertools.count())

    def put(self, client: str, *, is_batch: bool) -> None:
        name = next(self._names)
        priority: Priority = "batch" if is_batch else "interactive"
        self.waiting[name] = request(name, client=client, priority=priority)
        self.queue.put(self.waiting[name])
        kind = "young" if is_batch else "interactive"
        self.naive.put(Waiting(name, client, kind, self.clock.now_seconds))

    def take(self, *, is_slot_reserved: bool) -> None:
        stream = self.queue.take(is_slot_reserved=is_slot_reserved)
        name = self.naive.take(self.clock.now_seconds, is_slot_reserved=is_slot_reserved)
        assert (stream.sequence_id if stream else None) == name
        if name is not None:
            self.running[name] = self.waiting.pop(name)

    def discard(self, nth: int) -> None:
        if self.waiting:
            name = list(self.waiting)[nth % len(self.waiting)]
            assert self.queue.discard(self.waiting.pop(name))
            self.naive.remove(name)

    def release(self, nth: int) -> None:
        if self.running:
            name = list(self.running)[nth % len(self.running)]
            stream = self.running.pop(name)
            self.queue.release(stream)
            self.naive.num_running[stream.submit.client] -= 1

    def wait(self, seconds: float) -> None:
        self.clock.now_seconds += seconds

    def check(self) -> None:
        """What is left is what was put and neither taken nor discarded; empties both."""
        num_left = len(self.waiting)
        assert (len(self.queue), self.queue.num_tokens) == (num_left, 10 * num_left)
        while self.waiting:
            self.take(is_slot_reserved=False)
        assert self.queue.take() is None


def calls(method: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(method), st.fixed_dictionaries(arguments))


CALLS = st.one_of(
    calls("put", client=st.sampled_from("abc"), is_batch=st.booleans()),
    calls("take", is_slot_reserved=st.booleans()),
    calls("discard", nth=st.integers(0, 100)),
    calls("release", nth=st.integers(0, 100)),
    calls("wait", seconds=st.sampled_from([1.0, BATCH_AGE_SECONDS])),
)


@given(schedule=st.lists(CALLS, max_size=60))
async def test_a_naive_model_agrees_and_nothing_is_lost(
    schedule: list[tuple[str, dict[str, Any]]],
) -> None:
    both = BothQueues()
    for method, arguments in schedule:
        getattr(both, method)(**arguments)
    both.check()


@pytest.mark.parametrize("seed", range(3))
async def test_the_model_agrees_on_a_long_schedule_with_many_clients(seed: int) -> None:
    both, rng = BothQueues(), random.Random(seed)
    clients = [str(n) for n in range(20)]
    for _ in range(3000):
        match rng.randrange(6):
            case 0 | 1:
                both.put(rng.choice(clients), is_batch=rng.random() < 0.5)
            case 2:
                both.take(is_slot_reserved=rng.random() < 0.3)
            case 3:
                both.discard(rng.randrange(1000))
            case 4:
                both.release(rng.randrange(1000))
            case 5:
                both.wait(rng.random() * BATCH_AGE_SECONDS / 5)
    both.check()
