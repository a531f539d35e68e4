"""The prefix cache's counters of prompts and tokens.

Thread: inference.
"""

from collections import Counter

from batching.engine.prefix.claims import LivePrompt
from batching.engine.prefix.node import BlockT, SnapshotT
from batching.engine.prefix.values import MatchEnd


class PromptCounts:
    """Each prompt once, when it computes its first block or ends: until then it may match more."""

    def __init__(self) -> None:
        self.num_prompts = 0
        self.num_hits = 0
        self.prompt_tokens = 0
        self.hit_tokens = 0
        self.missed_tokens: Counter[MatchEnd] = Counter()

    def add(self, prompt: LivePrompt[BlockT, SnapshotT]) -> bool:
        """Count a prompt that was matched, unless it is counted; whether this was a first hit."""
        if prompt.is_counted or prompt.prefix is None:
            return False
        prompt.is_counted = True
        num_hit = prompt.prefix.num_tokens
        self.num_prompts += 1
        self.num_hits += num_hit > 0
        self.prompt_tokens += prompt.num_prompt_tokens
        self.hit_tokens += num_hit
        self.missed_tokens[prompt.prefix.end] += prompt.num_prompt_tokens - num_hit
        return num_hit > 0
