"""Whose turn it is, in sentences. A naive model is in test_fair_share_model.py."""

from dataclasses import dataclass, field

from batching.messages import Priority
from batching.queue import BATCH_AGE_SECONDS, RequestQueue
from batching.stream import TokenStream
from tests.batching.conftest import FakeClock, request


@dataclass
class Bench:
    """A queue on a fake clock, spoken to in names: "nas-1" is a request of the client "nas"."""

    clock: FakeClock = field(default_factory=FakeClock)
    queue: RequestQueue = field(init=False)
    _running: dict[str, TokenStream] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.queue = RequestQueue(max_requests=1000, max_tokens=1_000_000, clock=self.clock)

    def put(self, *names: str, priority: Priority = "interactive") -> None:
        for name in names:
            stream = request(name, client=name.partition("-")[0], priority=priority)
            self.queue.put(stream)

    def take(self, num_requests: int = 1, *, is_slot_reserved: bool = False) -> list[str]:
        """The names of those that are next; they run until they are released."""
        names = []
        for _ in range(num_requests):
            if stream := self.queue.take(is_slot_reserved=is_slot_reserved):
                self._running[stream.sequence_id] = stream
                names.append(stream.sequence_id)
        return names

    def release(self, *names: str) -> None:
        for name in names:
            self.queue.release(self._running.pop(name))

    def serve(self, num_requests: int) -> list[str]:
        """One slot: each is released before the next is taken."""
        names = []
        for _ in range(num_requests):
            [name] = self.take()
            self.release(name)
            names.append(name)
        return names

    def wait(self, seconds: float) -> None:
        self.clock.now_seconds += seconds


async def test_the_client_with_the_fewest_running_sequences_is_next() -> None:
    bench = Bench()
    bench.put("nas-1", "nas-2", "nas-3", "nas-4")
    bench.take(2)
    bench.put("phone-1", "phone-2", "phone-3")
    assert bench.take(3) == ["phone-1", "phone-2", "nas-3"]


async def test_a_sequence_that_ended_does_not_count_any_more() -> None:
    bench = Bench()
    bench.put("a-1", "a-2", "b-1", "b-2", "b-3")
    assert bench.take(4) == ["a-1", "b-1", "a-2", "b-2"]
    bench.put("a-3")
    bench.release("b-1", "b-2")
    assert bench.take() == ["b-3"]


async def test_of_equal_clients_the_one_served_least_recently_is_next() -> None:
    bench = Bench()
    bench.put("a-1", "a-2", "a-3", "b-1", "b-2", "c-1")
    assert bench.serve(6) == ["a-1", "b-1", "c-1", "a-2", "b-2", "a-3"]


async def test_when_a_client_was_served_is_remembered_after_its_last_request() -> None:
    bench = Bench()
    bench.put("a-1", "b-1")
    bench.serve(2)
    bench.put("b-2", "a-2", "new-1")
    assert bench.serve(3) == ["new-1", "a-2", "b-2"]


async def test_clients_that_were_never_served_are_served_in_the_order_they_came() -> None:
    bench = Bench()
    names = [f"client{n}-1" for n in range(20)]
    bench.put(*names)
    assert bench.serve(20) == names


async def test_interactive_comes_before_batch_whoever_was_there_first() -> None:
    bench = Bench()
    bench.put("nas-1", "pc-1", priority="batch")
    bench.put("nas-2", "phone-1", "phone-2")
    assert bench.take(5) == ["nas-2", "phone-1", "phone-2", "pc-1", "nas-1"]


async def test_a_batch_request_that_has_waited_long_enough_competes_as_interactive() -> None:
    bench = Bench()
    bench.put("nas-1", "nas-2", priority="batch")
    bench.wait(BATCH_AGE_SECONDS)
    bench.put("phone-1", "phone-2", "phone-3")
    assert bench.take() == ["phone-1"]
    bench.wait(0.001)
    assert bench.take(4) == ["nas-1", "phone-2", "nas-2", "phone-3"]


async def test_a_stream_of_chats_does_not_starve_a_batch_request() -> None:
    bench = Bench()
    bench.put("nas-1", priority="batch")
    served: list[str] = []
    for n in range(100):
        bench.put(f"phone-{n}")
        served += bench.serve(1)
        bench.wait(1)
    assert served.index("nas-1") == BATCH_AGE_SECONDS + 1


async def test_a_clients_own_chats_and_aged_batch_requests_take_turns() -> None:
    bench = Bench()
    bench.put("pc-b1", "pc-b2", "pc-b3", priority="batch")
    bench.wait(BATCH_AGE_SECONDS + 1)
    bench.put("pc-1")
    served = bench.serve(1)
    for n in range(2, 5):
        bench.put(f"pc-{n}")
        served += bench.serve(1)
    assert served == ["pc-1", "pc-b1", "pc-2", "pc-b2"]


async def test_a_reserved_slot_is_for_clients_that_have_nothing_running() -> None:
    bench = Bench()
    bench.put("nas-1", "nas-2", "nas-3")
    bench.take()
    assert bench.take(is_slot_reserved=True) == []
    bench.put("phone-1", "phone-2")
    assert bench.take(2, is_slot_reserved=True) == ["phone-1"]
    bench.release("nas-1")
    assert bench.take(is_slot_reserved=True) == ["nas-2"]


async def test_a_batch_request_never_gets_a_reserved_slot_however_old_it_is() -> None:
    bench = Bench()
    bench.put("nas-1", priority="batch")
    bench.wait(10 * BATCH_AGE_SECONDS)
    assert bench.take(is_slot_reserved=True) == []
    bench.put("nas-2")
    assert bench.take(is_slot_reserved=True) == ["nas-2"]
    assert bench.take() == ["nas-1"]
