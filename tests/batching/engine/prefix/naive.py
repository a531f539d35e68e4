"""A prefix cache that keeps every prefix in a dict and searches all of it: slow and easy to see."""

from dataclasses import dataclass, field

from batching.engine.prefix.eviction import HOT_PROMPTS, HOT_TICKS

BLOCK_TOKENS = 2

Path = tuple[int, ...]
"""A prefix of whole blocks, as its tokens."""


@dataclass(slots=True)
class NaiveSequence:
    token_ids: Path
    num_prompt_tokens: int
    frontier: Path = ()
    num_computed_blocks: int = 0
    matched: Path | None = None
    is_counted: bool = False

    @property
    def paths(self) -> list[Path]:
        """Its prefixes, shortest first."""
        ends = range(BLOCK_TOKENS, len(self.token_ids) + 1, BLOCK_TOKENS)
        return [self.token_ids[:end] for end in ends]

    @property
    def needed(self) -> Path | None:
        """The block that it would compute next, as the prefix that ends with it."""
        start, end = len(self.frontier), len(self.frontier) + BLOCK_TOKENS
        is_past = start < self.num_computed_blocks * BLOCK_TOKENS
        if is_past or end > self.num_prompt_tokens or start >= self.num_prompt_tokens - 1:
            return None
        return self.token_ids[:end]


@dataclass(slots=True)
class NaiveCache:
    """`stored` has the tick of each prefix's last use, `prompts` those that parted there."""

    max_blocks: int
    stored: dict[Path, int] = field(default_factory=dict)
    prompts: dict[Path, set[Path]] = field(default_factory=dict)
    hot: set[Path] = field(default_factory=set)
    live: dict[str, NaiveSequence] = field(default_factory=dict)
    clock: int = 0

    def begin(self, sequence_id: str, prompt: Path) -> None:
        self.clock += 1
        self.live[sequence_id] = NaiveSequence(prompt, len(prompt))
        self._advance(self.live[sequence_id])

    def num_matched(self, sequence_id: str) -> int:
        sequence = self.live[sequence_id]
        end = min(len(sequence.frontier), sequence.num_prompt_tokens - 1)
        sequence.matched = sequence.token_ids[: -(-end // BLOCK_TOKENS) * BLOCK_TOKENS]
        return end

    def waits_for(self, sequence_id: str) -> str | None:
        needed = self.live[sequence_id].needed
        claimants = [name for name, other in self.live.items() if other.needed == needed]
        return claimants[0] if needed and claimants[0] != sequence_id else None

    def store(self, sequence_id: str, first_block: int, end_block: int) -> None:
        sequence = self.live[sequence_id]
        self._count(sequence)
        self._advance(sequence)
        for path in sequence.paths[first_block:end_block]:
            if path in self.stored:
                continue
            if path[:-BLOCK_TOKENS] != sequence.frontier or not self._make_room():
                break
            self.stored[path] = self.clock
            for other in self.live.values():
                if other is sequence or other.needed == path:
                    self._advance(other)
        sequence.num_computed_blocks = max(sequence.num_computed_blocks, end_block)

    def append(self, sequence_id: str, token_ids: Path) -> None:
        sequence = self.live[sequence_id]
        self._count(sequence)
        sequence.num_computed_blocks = max(sequence.num_computed_blocks, len(sequence.paths))
        sequence.token_ids += token_ids

    def release(self, sequence_id: str) -> None:
        sequence = self.live.pop(sequence_id)
        self.clock += 1
        self._count(sequence)
        for end in range(BLOCK_TOKENS, len(sequence.frontier) + 1, BLOCK_TOKENS):
            self.stored[sequence.frontier[:end]] = self.clock

    def evict_one(self) -> bool:
        held = {sequence.frontier for sequence in self.live.values()}
        parents = {path[:-BLOCK_TOKENS] for path in self.stored}
        leaves = self.stored.keys() - held - parents
        if not leaves:
            return False
        path = min(leaves, key=lambda leaf: self.stored[leaf] + HOT_TICKS * (leaf in self.hot))
        parent = path[:-BLOCK_TOKENS]
        if parent and path in self.hot:
            self.hot.add(parent)
        self.hot.discard(path)
        self.prompts.pop(path, None)
        del self.stored[path]
        return True

    def _advance(self, sequence: NaiveSequence) -> None:
        for path in sequence.paths:
            if path not in self.stored:
                break
            sequence.frontier = path

    def _make_room(self) -> bool:
        while len(self.stored) >= self.max_blocks:
            if not self.evict_one():
                return False
        return True

    def _count(self, sequence: NaiveSequence) -> None:
        if sequence.is_counted or sequence.matched is None:
            return
        sequence.is_counted = True
        if sequence.matched:
            parted = self.prompts.setdefault(sequence.matched, set())
            parted.add(sequence.token_ids[: sequence.num_prompt_tokens])
            if len(parted) >= HOT_PROMPTS:
                self.hot.add(sequence.matched)
