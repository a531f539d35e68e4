"""Who gets a token in a step and what is read in it, by who waits for what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Chunk, EngineSpec, SampledToken
from batching.engine.sampling_params import SamplingParams
from batching.messages import Priority, StopRules, Submit
from batching.sequence_lives import SequenceLives
from batching.step_planner import StepLimits
from batching.stepper import REST_SECONDS, WATCHED_SECONDS, Stepper

STEP_SECONDS = 0.05
CHUNK_TOKENS = 64


@dataclass
class Decode:
    """What the engine was asked."""

    ahead: bool
    chunk_tokens: list[int]
    rows_rest: bool


class SpiedEngine(FakeEngine):
    """Keeps what it is asked; time passes only in it."""

    def __init__(self, spec: EngineSpec) -> None:
        super().__init__(spec, step_seconds=STEP_SECONDS, sleep=self._pass)
        self.now_seconds = 1000.0
        self.asked: list[Decode] = []

    def _pass(self, seconds: float) -> None:
        self.now_seconds += seconds

    def decode(
        self, *, ahead: bool, chunks: Sequence[Chunk] = (), rows_rest: bool = False
    ) -> list[SampledToken]:
        self.asked.append(Decode(ahead, [chunk.num_tokens for chunk in chunks], rows_rest))
        return super().decode(ahead=ahead, chunks=chunks, rows_rest=rows_rest)


@dataclass
class Bench:
    """A stepper without time for prompts in a step: bounded, it reads the least there is."""

    can_mix: bool
    engine: SpiedEngine = field(init=False)
    lives: SequenceLives = field(init=False)

    def __post_init__(self) -> None:
        self.engine = SpiedEngine(EngineSpec(256, 4096, max_slots=8, can_mix=self.can_mix))
        self.lives = SequenceLives(self.engine, clock=lambda: self.engine.now_seconds)
        self._stepper = Stepper(
            self.engine,
            self.lives,
            limits=StepLimits(budget_seconds=0.0, prefill_chunk_tokens=CHUNK_TOKENS),
            clock=lambda: self.engine.now_seconds,
            post=lambda: None,
        )

    def start(
        self,
        name: str,
        *,
        num_tokens: int = 4,
        priority: Priority = "interactive",
        is_streamed: bool = True,
        max_tokens: int = 1000,
    ) -> None:
        self.lives.start(
            Submit(
                name,
                (1,) * num_tokens,
                SamplingParams(),
                StopRules(max_tokens),
                priority=priority,
                is_streamed=is_streamed,
            )
        )

    def start_row(self, name: str, **options: object) -> None:
        """One that is decoding."""
        self.start(name, **options)  # type: ignore[arg-type]
        while name not in self.step():
            pass

    def step(self) -> set[str]:
        """Who got a token."""
        self._stepper.step()
        return set(self.lives.take_report().token_ids)

    def steps_until(self, name: str) -> list[set[str]]:
        """Who got tokens in each step, up to the first one in which this one did."""
        steps = [self.step()]
        while name not in steps[-1]:
            assert len(steps) < 1000
            steps.append(self.step())
        return steps


@pytest.fixture(params=[False, True], ids=["apart", "mixed"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(can_mix=request.param)


def test_rows_of_a_batch_rest_while_a_chats_prompt_is_read(bench: Bench) -> None:
    bench.start_row("line", priority="batch", is_streamed=False)
    bench.step()
    bench.start("chat", num_tokens=3 * CHUNK_TOKENS)
    taken, *resting, last = bench.steps_until("chat")
    assert taken <= {"line"}  # what was computed ahead
    assert all(not got for got in resting)
    assert last == ({"chat"} if bench.can_mix else {"chat", "line"})
    assert bench.step() == {"chat", "line"}


def test_rows_whose_tokens_somebody_awaits_never_rest(bench: Bench) -> None:
    bench.start_row("answer")
    bench.start("chat", num_tokens=3 * CHUNK_TOKENS)
    assert all("answer" in got for got in bench.steps_until("chat"))
    assert not any(each.rows_rest for each in bench.engine.asked if not each.chunk_tokens)


@pytest.mark.parametrize(("priority", "is_streamed"), [("batch", True), ("interactive", False)])
def test_rows_do_not_rest_for_a_prompt_that_nobody_waits_for(
    bench: Bench, priority: Priority, *, is_streamed: bool
) -> None:
    bench.start_row("line", priority="batch", is_streamed=False)
    bench.start("other", num_tokens=3 * CHUNK_TOKENS, priority=priority, is_streamed=is_streamed)
    assert all("line" in got for got in bench.steps_until("other"))


def test_rows_rest_for_so_long_and_no_longer() -> None:
    bench = Bench(can_mix=True)
    bench.start_row("line", priority="batch")
    bench.start("chat", num_tokens=4000)
    steps = bench.steps_until("chat")
    numbers = [number for number, got in enumerate(steps) if "line" in got]
    gaps = [later - earlier for earlier, later in pairwise(numbers)]
    assert len(gaps) >= 2
    # Beside the rest: the forward that is running when it ends, and the rows' own.
    assert max(gaps) <= REST_SECONDS / STEP_SECONDS + 2


def test_only_what_rows_rest_for_is_read_meanwhile() -> None:
    bench = Bench(can_mix=True)
    bench.start_row("line", priority="batch")
    bench.start("next line", num_tokens=CHUNK_TOKENS, priority="batch")
    bench.start("chat", num_tokens=8)
    bench.steps_until("chat")
    assert bench.engine.asked[-1] == Decode(ahead=False, chunk_tokens=[8], rows_rest=True)


def test_rows_of_a_batch_are_not_computed_ahead_as_long_as_the_next_chat_may_come(
    bench: Bench,
) -> None:
    def goes_ahead() -> bool:
        bench.step()
        return bench.engine.asked[-1].ahead

    bench.start_row("line", priority="batch")
    assert goes_ahead()
    bench.start_row("chat", max_tokens=1)
    assert not goes_ahead()
    bench.engine.now_seconds += WATCHED_SECONDS - 1
    assert not goes_ahead()
    bench.engine.now_seconds += 1
    assert goes_ahead()


def test_prompts_of_a_batch_are_read_in_small_parts_as_long_as_the_next_chat_may_come() -> None:
    bench = Bench(can_mix=True)
    bench.start_row("line", priority="batch")
    bench.start_row("chat", max_tokens=1)
    bench.start("second", num_tokens=CHUNK_TOKENS, priority="batch")
    bench.step()
    assert bench.engine.asked[-1].chunk_tokens == [16]
    bench.steps_until("second")
    bench.engine.now_seconds += WATCHED_SECONDS
    bench.start("third", num_tokens=CHUNK_TOKENS, priority="batch")
    bench.steps_until("third")
    assert bench.engine.asked[-1].chunk_tokens == [CHUNK_TOKENS]
