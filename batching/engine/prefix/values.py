"""What the prefix cache tells its user: a match, why it ended, and counters.

Thread: inference (pure); the counters are plain values and may cross.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic

from batching.engine.errors import EngineError
from batching.engine.prefix.node import BlockT, SnapshotT


class MatchEnd(Enum):
    """Why a match is not longer. The value is for logs and metrics."""

    WHOLE_PROMPT = "whole prompt"
    """All whole blocks matched; only the last tokens are left."""
    NOTHING_STORED = "nothing stored"
    """The cache is empty."""
    DIVERGES = "diverges"
    """What is stored goes on with other tokens."""
    LONGER = "longer than what is stored"
    """All that is stored matched, and the prompt goes on: the next turn of a chat."""
    EVICTED = "evicted"
    """The next block was stored once."""
    NO_SNAPSHOT = "no snapshot"
    """More blocks are stored, but not the state of the layers that are not cut into blocks."""


@dataclass(frozen=True, slots=True)
class Prefix(Generic[BlockT, SnapshotT]):
    """The part of a prompt that need not be computed: its first `num_tokens` tokens.

    `blocks` cover them; the last one may reach further, because a prompt's last token is always
    computed. `snapshot` is the state after exactly `num_tokens` tokens, of models that need one.
    `end_token` is the first token that did not match, if `end` is DIVERGES: exact, unless more
    than 64 branches begin in that block.
    """

    num_tokens: int
    blocks: tuple[BlockT, ...]
    snapshot: SnapshotT | None
    end: MatchEnd
    end_token: int | None = None


@dataclass(frozen=True, slots=True)
class PrefixStats:
    """Counters of a prefix cache. Those of tokens count each sequence once, when it first computes.

    `hit_tokens` and the `missed_tokens` together are `prompt_tokens`. `num_skipped_blocks` found
    no room because all that is stored was in use.
    """

    num_bytes: int
    max_bytes: int
    num_blocks: int
    num_snapshots: int
    num_sequences: int
    num_prompts: int
    num_hits: int
    prompt_tokens: int
    hit_tokens: int
    missed_tokens: Mapping[MatchEnd, int]
    num_evicted_blocks: int
    num_skipped_blocks: int
    num_loaded_blocks: int


class BrokenPrefixCache(EngineError):
    """The prefix cache's own numbers contradict each other; the message says which."""
