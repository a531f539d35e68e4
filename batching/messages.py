"""What crosses the border between the event loop and the inference thread: plain values only.

Thread: both. Nothing here holds an mx.array; an array must never leave its thread. A compiled
grammar is no plain value, but it holds no array and never changes.
"""

from dataclasses import dataclass, field
from typing import Literal

from batching.engine.grammar import CompiledGrammar
from batching.engine.protocol import (
    SHARED_WITH_ALL,
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


@dataclass(frozen=True, slots=True)
class StepReport:
    """Thread → loop, once a step: the new tokens or vectors, then the endings, by sequence id.

    `logprobs` are those of the new tokens, for sequences that ask. `num_cached` prompt tokens of a
    sequence came from the prefix cache, and `prompt_logprobs` are those of its prompt from the
    second token on: told with its first token. `num_read` tokens of a streamed sequence's prompt
    are read, and more are to come; told whenever it changes.
    """

    token_ids: dict[str, list[int]] = field(default_factory=dict)
    logprobs: dict[str, list[TokenLogprobs]] = field(default_factory=dict)
    vectors: dict[str, list[Vector]] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)
    num_cached: dict[str, int] = field(default_factory=dict)
    prompt_logprobs: dict[str, list[TokenLogprobs]] = field(default_factory=dict)
    num_read: dict[str, int] = field(default_factory=dict)
    prefix_stats: PrefixCacheStats | None = None

    def __bool__(self) -> bool:
        return bool(self.token_ids or self.vectors or self.num_read or self.endings)


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Thread → loop: how far the model is. `percent` is 0–100 within the stage."""

    stage: str
    percent: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Thread → loop: the engine takes sequences from now on."""

    spec: EngineSpec


@dataclass(frozen=True, slots=True)
class ThreadEnded:
    """Thread → loop, always the last message. `error` is None after an ordered `Stop`."""

    error: str | None


ToLoop = StepReport | LoadProgress | Loaded | ThreadEnded
