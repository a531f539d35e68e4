"""A batcher on a FakeEngine whose steps the test can hold back, and requests for a queue."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from batching.batcher import Batcher, BatchingLimits
from batching.engine.fake import FakeEngine
from batching.engine.fake_faults import Faults
from batching.engine.protocol import EngineSpec
from batching.engine.sampling_params import SamplingParams
from batching.messages import Priority, StopRules, Submit
from batching.step_planner import StepLimits
from batching.stream import TokenStream
from batching.time_limits import NO_TIME_LIMITS, TimeLimits, limit_time

STOP_TOKEN = 0
LIMITS = BatchingLimits(
    max_waiting_requests=4,
    max_waiting_tokens=100,
    # No time for prompts beside a decode: one chunk is read in each step.
    step=StepLimits(budget_seconds=0.0, prefill_chunk_tokens=16),
)
SPEC = EngineSpec(vocab_size=256, context_length=4096, max_slots=2)


class FakeClock:
    """Stands in for the event loop's clock."""

    def __init__(self) -> None:
        self.now_seconds = 1000.0

    def __call__(self) -> float:
        return self.now_seconds


async def eventually(claim: Callable[[], bool]) -> None:
    """Wait for what the other thread brings about."""
    async with asyncio.timeout(30):
        while not claim():  # it has no event for us
            await asyncio.sleep(0.002)


def request(
    name: str, *, client: str = "", priority: Priority = "interactive", num_tokens: int = 10
) -> TokenStream:
    """A request that is not submitted to any batcher."""
    rules = StopRules(max_tokens=1)
    submit = Submit(name, (1,) * num_tokens, SamplingParams(), rules, client, priority)
    return TokenStream(submit, cancel=lambda stream: None)


class Gate:
    """Stands in for the time a decode takes: open, or let through one decode at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._num_permits = self._num_waiting = 0
        self.is_open = True

    def close(self, *, after: int = 0) -> None:
        """From now on decodes wait; so many may still pass."""
        with self._changed:
            self.is_open, self._num_permits = False, after

    def open(self) -> None:
        with self._changed:
            self.is_open = True
            self._changed.notify_all()

    def let_through(self, num_decodes: int) -> None:
        with self._changed:
            self._num_permits += num_decodes
            self._changed.notify_all()

    async def reached(self) -> None:
        """Until a decode waits that is not let through, and what came before it is delivered."""
        await eventually(self._is_reached)
        await asyncio.sleep(0)

    def _is_reached(self) -> bool:
        with self._changed:
            return self._num_waiting > self._num_permits

    def __call__(self, seconds: float) -> None:
        with self._changed:
            self._num_waiting += 1
            self._changed.wait_for(lambda: self.is_open or self._num_permits)
            self._num_waiting -= 1
            if not self.is_open:
                self._num_permits -= 1


@dataclass
class Bench:
    """What a batching test works with."""

    batcher: Batcher
    engine: FakeEngine
    faults: Faults
    gate: Gate
    _next_id: int = field(default=0)

    def submit(
        self,
        *prompt: int,
        max_tokens: int = 100,
        sequence_id: str | None = None,
        client: str = "",
        priority: Priority = "interactive",
        is_streamed: bool = True,
        top_logprobs: int | None = None,
        prompt_logprobs: bool = False,
        time_limits: TimeLimits = NO_TIME_LIMITS,
    ) -> TokenStream:
        self._next_id += 1
        stop_token_ids = frozenset({STOP_TOKEN})
        stream = self.batcher.submit(
            Submit(
                sequence_id or f"s{self._next_id}",
                prompt,
                SamplingParams(
                    temperature=0, top_logprobs=top_logprobs, prompt_logprobs=prompt_logprobs
                ),
                StopRules(max_tokens, stop_token_ids=stop_token_ids),
                client,
                priority,
                is_streamed,
            )
        )
        limit_time(stream, time_limits, self.batcher.counts)
        return stream


async def begin(bench: Bench, *streams: TokenStream) -> None:
    """Let decodes through a closed gate until all have their first token; the next waits there."""
    await bench.gate.reached()
    while any(stream.times.first_token_seconds is None for stream in streams):
        bench.gate.let_through(1)
        await bench.gate.reached()


async def fill_the_slots(bench: Bench) -> list[TokenStream]:
    """Two streams that have their first token and wait at the gate."""
    bench.gate.close()
    streams = [bench.submit(1, 2, 3), bench.submit(4, 5, 6)]
    await begin(bench, *streams)
    return streams


async def all_tokens(stream: TokenStream) -> list[int]:
    """Read a stream to its end."""
    return [token_id async for bunch in stream for token_id in bunch]


@pytest.fixture(params=[False, True], ids=["apart", "mixed"])
def can_mix(request: pytest.FixtureRequest) -> bool:
    """Whether prompts are read beside rows: what a client sees is the same."""
    return bool(request.param)


@pytest_asyncio.fixture
async def bench(request: pytest.FixtureRequest, *, can_mix: bool) -> AsyncIterator[Bench]:
    """Two slots for everybody and a short queue, or the test's own spec."""
    spec = replace(getattr(request, "param", SPEC), can_mix=can_mix)
    async with serving(spec, LIMITS) as bench:
        yield bench


@asynccontextmanager
async def serving(spec: EngineSpec, limits: BatchingLimits) -> AsyncIterator[Bench]:
    """A served FakeEngine; at the end it must hold nothing."""
    faults, gate = Faults(), Gate()
    engine = FakeEngine(spec, faults=faults, step_seconds=1.0, sleep=gate)
    batcher = Batcher(lambda report: engine, limits=limits)
    batcher.start()
    await batcher.settled.wait()
    yield Bench(batcher, engine, faults, gate)
    gate.open()
    await batcher.stop()
    assert engine.is_closed
    assert (batcher.num_running, batcher.num_waiting) == (0, 0)
