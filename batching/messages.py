"""What crosses the border between the event loop and the inference thread: plain values only.

Thread: both. Nothing here holds an mx.array; an array must never leave its thread. A compiled
grammar is no plain value, but it holds no array and never changes.
"""

from dataclasses import dataclass, field
from typing import Literal

from batching.engine.grammar import CompiledGrammar
from batching.engine.protocol import (
    SHARED_WITH_ALL,
    EngineMemory,
    EngineSpec,
    PrefixCacheStats,
    PrefixUse,
    TokenLogprobs,
    Vector,
)
from batching.engine.sampling_params import SamplingParams

FinishReason = Literal["stop", "length"]
Priority = Literal["interactive", "batch"]
"""The priority classes: somebody waits for the answer, or nobody does."""


@dataclass(frozen=True, slots=True)
class StopRules:
    """When a sequence ends by itself. Stop *strings* are the event loop's business, not these.

    With `max_tokens` 0 only the prompt is read.
    """

    max_tokens: int
    min_tokens: int = 0
    stop_token_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Submit:
    """Loop → thread: start this sequence. The request holds a slot from here to its `Ended`.

    `client` says whose share of slots and places it counts against; empty if that is not known.
    Without `is_streamed` nobody sees the tokens before the last one. `input_lengths` are those of
    inputs to embed, one behind the other in `prompt_token_ids`: they are answered with vectors.
    """

    sequence_id: str
    prompt_token_ids: tuple[int, ...]
    sampling: SamplingParams
    stop_rules: StopRules
    client: str = ""
    priority: Priority = "interactive"
    is_streamed: bool = True
    grammar: CompiledGrammar | None = None
    prefix_use: PrefixUse = SHARED_WITH_ALL
    input_lengths: tuple[int, ...] = ()

    @property
    def num_read_tokens(self) -> int:
        """What the KV cache comes to hold of the prompt: one input at a time."""
        return max(self.input_lengths, default=len(self.prompt_token_ids))


@dataclass(frozen=True, slots=True)
class Cancel:
    """Loop → thread: end this sequence at the next step; unknown ids are ignored."""

    sequence_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Loop → thread: free everything and end the thread."""


ToThread = Submit | Cancel | Stop


@dataclass(frozen=True, slots=True)
class Finished:
    """The model ended the sequence, or its limit did."""

    reason: FinishReason


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The client left, or a stop string was found."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The sequence could not go on. `message` is fit for the client, without a stack trace.

    `may_retry` says that the fault lies with the server's life, not with this request.
    """

    message: str
    may_retry: bool = False


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Its time was over: that of the whole answer, or its client's patience before it began.

    Only the loop ends sequences so; the thread is told to cancel them.
    """

    limit_seconds: float
    is_total: bool


Ending = Finished | Cancelled | Failed | TimedOut


@dataclass(slots=True)
class StepWork:
    """What the thread did in a step, or in several together.

    `step_seconds` are those of a step that computed something; None of a part of a step. In
    `read_seconds` of them `num_read` tokens of prompts were read. `num_rows` got tokens.
    `num_faults` engine calls failed; `num_restarted` sequences were begun again after that, and
    `num_paused` for want of memory. `num_broken_checks`: of the idle engine.
    """

    step_seconds: float | None = None
    read_seconds: float = 0.0
    num_read: int = 0
    num_rows: int = 0
    num_faults: int = 0
    num_restarted: int = 0
    num_paused: int = 0
    num_broken_checks: int = 0

    def add(self, other: "StepWork") -> None:
        """Make it the sum; but its rows are those of the last step that had any."""
        if other.step_seconds is not None:
            self.step_seconds = (self.step_seconds or 0.0) + other.step_seconds
        self.read_seconds += other.read_seconds
        self.num_read += other.num_read
        self.num_rows = other.num_rows or self.num_rows
        self.num_faults += other.num_faults
        self.num_restarted += other.num_restarted
        self.num_paused += other.num_paused
        self.num_broken_checks += other.num_broken_checks

    def __bool__(self) -> bool:
        return self.step_seconds is not None or bool(self.num_faults or self.num_broken_checks)


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the engine holds. `num_orphans` are sequences that the thread does not know of."""

    prefix_stats: PrefixCacheStats | None
    memory: EngineMemory
    num_orphans: int = 0


@dataclass(frozen=True, slots=True)
class StepReport:
    """Thread → loop, once a step: the new tokens or vectors, then the endings, by sequence id.

    `logprobs` are those of the new tokens, for sequences that ask. `num_cached` prompt tokens of a
    sequence came from the prefix cache, and `prompt_logprobs` are those of its prompt from the
    second token on: told with its first token. `num_read` tokens of a streamed sequence's prompt
    are read, and more are to come; told whenever it changes. `engine_state` comes with endings,
    and now and then between them.
    """

    token_ids: dict[str, list[int]] = field(default_factory=dict)
    logprobs: dict[str, list[TokenLogprobs]] = field(default_factory=dict)
    vectors: dict[str, list[Vector]] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)
    num_cached: dict[str, int] = field(default_factory=dict)
    prompt_logprobs: dict[str, list[TokenLogprobs]] = field(default_factory=dict)
    num_read: dict[str, int] = field(default_factory=dict)
    work: StepWork = field(default_factory=StepWork)
    engine_state: EngineState | None = None

    def __bool__(self) -> bool:
        return bool(self.token_ids or self.vectors or self.num_read or self.endings or self.work)


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Thread → loop: how far the model is. `percent` is 0–100 within the stage."""

    stage: str
    percent: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Thread → loop: the engine takes sequences from now on."""

    spec: EngineSpec
    engine_state: EngineState


@dataclass(frozen=True, slots=True)
class ThreadEnded:
    """Thread → loop, always the last message. `error` is None after an ordered `Stop`."""

    error: str | None


ToLoop = StepReport | LoadProgress | Loaded | ThreadEnded
