"""A batcher on a FakeEngine whose steps the test can hold back."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from batching.batcher import Batcher, BatchingLimits
from batching.engine.fake import FakeEngine, Faults
from batching.engine.protocol import EngineSpec, SamplingParams
from batching.messages import StopRules
from batching.stream import TokenStream
from batching.worker import StepLimits

STOP_TOKEN = 0
LIMITS = BatchingLimits(
    max_waiting_requests=4,
    max_waiting_tokens=100,
    # No time for prompts beside a decode: one chunk is read in each step.
    step=StepLimits(budget_seconds=0.0, prefill_chunk_tokens=16),
)
SPEC = EngineSpec(vocab_size=256, context_length=4096, max_slots=2)


class Gate:
    """Stands in for the time a decode takes: open, or let through one decode at a time."""

    def __init__(self) -> None:
        self._permits = threading.Semaphore(0)
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def open(self) -> None:
        self.is_open = True
        self._permits.release()

    def let_through(self, num_decodes: int) -> None:
        self._permits.release(num_decodes)

    def __call__(self, seconds: float) -> None:
        if not self.is_open:
            self._permits.acquire()


@dataclass
class Bench:
    """What a batching test works with."""

    batcher: Batcher
    engine: FakeEngine
    faults: Faults
    gate: Gate
    _next_id: int = field(default=0)

    def submit(
        self, *prompt: int, max_tokens: int = 100, sequence_id: str | None = None
    ) -> TokenStream:
        self._next_id += 1
        return self.batcher.submit(
            sequence_id or f"s{self._next_id}",
            prompt,
            sampling=SamplingParams(temperature=0),
            stop_rules=StopRules(max_tokens, stop_token_ids=frozenset({STOP_TOKEN})),
        )


async def all_tokens(stream: TokenStream) -> list[int]:
    """Read a stream to its end."""
    return [token_id async for bunch in stream for token_id in bunch]


@pytest_asyncio.fixture
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """A served FakeEngine, of the test's own spec if it has one; in the end it holds nothing."""
    faults, gate = Faults(), Gate()
    spec = getattr(request, "param", SPEC)
    engine = FakeEngine(spec, faults=faults, step_seconds=1.0, sleep=gate)
    batcher = Batcher(lambda report: engine, limits=LIMITS)
    batcher.start()
    await batcher.settled.wait()
    yield Bench(batcher, engine, faults, gate)
    gate.open()
    await batcher.stop()
    assert engine.is_closed
    assert (batcher.num_running, batcher.num_waiting) == (0, 0)
