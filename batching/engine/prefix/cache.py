"""The prefix cache: what was computed for one prompt is used for others that begin alike.

Thread: inference (pure; it knows nothing of mlx, blocks and snapshots are opaque).
"""

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType
from typing import Generic

from batching.engine.prefix.claims import Claims, LivePrompt
from batching.engine.prefix.counts import PromptCounts
from batching.engine.prefix.integrity import check_tree
from batching.engine.prefix.match import make_prefix, num_usable_blocks, usable_node
from batching.engine.prefix.node import BlockT, Node, SnapshotT, path_to
from batching.engine.prefix.tier import LowerTier, load_below, save_all, save_or_touch
from batching.engine.prefix.tree import PrefixTree
from batching.engine.prefix.values import Prefix, PrefixStats


class PrefixCache(Generic[BlockT, SnapshotT]):
    """Blocks of `block_tokens` tokens in a tree; what many prompts share is held once.

    A sequence is known from `begin` to `release`:

        cache.begin("a", token_ids)
        if cache.waits_for("a") is None:
            prefix = cache.match("a")
            ...
            cache.store("a", first_block, blocks, snapshot)
        cache.append("a", generated_token_ids)
        cache.store("a", ...)
        cache.release("a")

    `needs_snapshots` is for models with layers that cannot be cut into blocks: a prefix then ends
    where a snapshot is. `lower_tier` takes what is evicted and is asked for what is missing.
    """

    def __init__(
        self,
        *,
        block_tokens: int = 16,
        max_bytes: int,
        needs_snapshots: bool,
        lower_tier: LowerTier[BlockT, SnapshotT] | None = None,
    ) -> None:
        self._block_tokens = block_tokens
        self._needs_snapshots = needs_snapshots
        self._tier = lower_tier
        self._tree = self._new_tree(max_bytes)
        self._claims: Claims[BlockT, SnapshotT] = Claims()
        self._live: dict[str, LivePrompt[BlockT, SnapshotT]] = {}
        self._counts = PromptCounts()
        self._num_skipped_blocks = 0
        self._num_loaded_blocks = 0

    @property
    def block_tokens(self) -> int:
        return self._block_tokens

    def begin(self, sequence_id: str, token_ids: Sequence[int]) -> None:
        """Take a prompt; what is stored of it is kept from here to `release`.

        Raises:
            ValueError: the sequence is known already.
        """
        if sequence_id in self._live:
            raise ValueError(f"{sequence_id} is in the prefix cache already")
        self._tree.tick()
        prompt = LivePrompt(
            sequence_id,
            list(token_ids),
            num_prompt_tokens=len(token_ids),
            block_tokens=self._block_tokens,
            num_usable_blocks=num_usable_blocks(
                len(token_ids), self._block_tokens, needs_snapshots=self._needs_snapshots
            ),
            frontier=self._tree.root,
            matched=self._tree.root,
        )
        self._tree.hold(prompt.frontier)
        self._tree.hold(prompt.matched)
        self._live[sequence_id] = prompt
        self._advance(prompt)

    def waits_for(self, sequence_id: str) -> str | None:
        """The sequence that is computing the block which this one needs next, if it began earlier.

        That one never waits itself. Ask again before each chunk: it may have stored the block, or
        be gone, and then this one is next.
        """
        owner = self._claims.owner(sequence_id)
        return None if owner == sequence_id else owner

    def match(self, sequence_id: str) -> Prefix[BlockT, SnapshotT]:
        """The longest stored prefix, which stays stored while the sequence lives.

        May be called again, until the sequence computes: what it waited for may be stored now.
        """
        prompt = self._live[sequence_id]
        if self._tier is not None and self.waits_for(sequence_id) is None:
            self._load(prompt, self._tier)
        node = usable_node(prompt, self._tree.root, needs_snapshots=self._needs_snapshots)
        self._tree.hold(node)
        self._tree.drop(prompt.matched)
        prompt.matched = node
        prompt.prefix = make_prefix(prompt, self._tree)
        return prompt.prefix

    def num_stored_blocks(self, sequence_id: str) -> int:
        """How many of the sequence's blocks are stored: the next to `store` has this index.

        With snapshots it is also where a prompt parts from those before: more than the match, it
        is a good place for the next snapshot, since others may part there too.
        """
        return self._live[sequence_id].frontier.depth

    def has_refused(self, sequence_id: str) -> bool:
        """Whether a computed block of this sequence found no room: those behind it find none."""
        prompt = self._live[sequence_id]
        return prompt.num_refused_blocks > prompt.frontier.depth

    def store(
        self,
        sequence_id: str,
        first_block_index: int,
        blocks: Sequence[BlockT],
        snapshot: SnapshotT | None = None,
    ) -> None:
        """Keep computed blocks, and the state at the end of the last one.

        What is stored already is dropped. Without room, or behind a block that is missing, nothing
        is stored. `blocks` may be empty, for a snapshot alone.

        Raises:
            ValueError: a block is beyond the tokens that the sequence is known to have.
        """
        prompt = self._live[sequence_id]
        end = first_block_index + len(blocks)
        if end * self._block_tokens > len(prompt.token_ids):
            raise ValueError(
                f"{sequence_id} has {len(prompt.token_ids)} tokens; "
                f"{end} blocks have {end * self._block_tokens}"
            )
        self._count(prompt)
        self._advance(prompt)
        first_missing = prompt.frontier.depth
        for index in range(max(first_block_index, first_missing), end):
            is_next = first_block_index <= first_missing
            if not is_next or not self._store_next(prompt, blocks[index - first_block_index]):
                self._num_skipped_blocks += end - index
                prompt.num_refused_blocks = end
                break
        prompt.num_computed_blocks = max(prompt.num_computed_blocks, end)
        if snapshot is not None and 0 < end <= prompt.frontier.depth:
            self._tree.set_snapshot(path_to(prompt.frontier)[end - 1], snapshot)
        self._claims.update(prompt)

    def append(self, sequence_id: str, token_ids: Sequence[int]) -> None:
        """Take generated tokens, so that blocks of the answer can be stored.

        NOTE: the last sampled token is not in the KV cache; `store` only what is.
        """
        prompt = self._live[sequence_id]
        self._count(prompt)
        prompt.token_ids += token_ids
        self.abandon_claim(sequence_id)

    def abandon_claim(self, sequence_id: str) -> None:
        """Let nobody wait for the sequence any more: what it has not stored, others compute."""
        prompt = self._live[sequence_id]
        prompt.num_computed_blocks = max(prompt.num_computed_blocks, prompt.num_usable_blocks)
        self._claims.update(prompt)

    def release(self, sequence_id: str) -> None:
        """Forget the sequence, in any state; its blocks stay stored. Unknown ids are ignored."""
        prompt = self._live.pop(sequence_id, None)
        if prompt is None:
            return
        self._tree.tick()
        self._count(prompt)
        self._claims.withdraw(prompt)
        self._tree.drop(prompt.frontier)
        self._tree.drop(prompt.matched)

    def evict(self, num_bytes: int) -> int:
        """Free at least so many bytes, or all that no live sequence holds; how many it were."""
        return self._tree.evict(num_bytes)

    def close(self) -> None:
        """Save to the lower tier what is not there, and forget everything."""
        if self._tier is not None:
            save_all(self._tree, self._tier)
        self._live.clear()
        self._claims = Claims()
        self._tree = self._new_tree(self._tree.max_bytes)

    def stats(self) -> PrefixStats:
        """The counters as they are now."""
        return PrefixStats(
            num_bytes=self._tree.num_bytes,
            max_bytes=self._tree.max_bytes,
            num_blocks=self._tree.num_blocks,
            num_snapshots=self._tree.num_snapshots,
            num_sequences=len(self._live),
            num_prompts=self._counts.num_prompts,
            num_hits=self._counts.num_hits,
            prompt_tokens=self._counts.prompt_tokens,
            hit_tokens=self._counts.hit_tokens,
            missed_tokens=MappingProxyType(dict(self._counts.missed_tokens)),
            num_evicted_blocks=self._tree.num_evicted_blocks,
            num_skipped_blocks=self._num_skipped_blocks,
            num_loaded_blocks=self._num_loaded_blocks,
        )

    def check_integrity(self) -> None:
        """Count everything again; for tests, and for a server that has nothing else to do.

        Raises:
            BrokenPrefixCache: with what is wrong.
        """
        holds: Counter[Node[BlockT, SnapshotT]] = Counter()
        for prompt in self._live.values():
            holds.update((prompt.frontier, prompt.matched))
        check_tree(self._tree, holds)

    def _count(self, prompt: LivePrompt[BlockT, SnapshotT]) -> None:
        if self._counts.add(prompt):
            prompt_hash = hash(tuple(prompt.token_ids[: prompt.num_prompt_tokens]))
            self._tree.note_match(prompt.matched, prompt_hash)

    def _new_tree(self, max_bytes: int) -> PrefixTree[BlockT, SnapshotT]:
        tier = self._tier
        if tier is None:
            return PrefixTree(max_bytes)
        return PrefixTree(
            max_bytes,
            root_digest=tier.root_digest,
            before_eviction=lambda node: save_or_touch(node, tier),
        )

    def _advance(self, prompt: LivePrompt[BlockT, SnapshotT]) -> None:
        """Move the frontier over what is stored, and the claim with it."""
        node = prompt.frontier
        while tokens := prompt.block(node.depth):
            child = node.children.get(tokens)
            if child is None:
                break
            node = child
        if node is not prompt.frontier:
            self._tree.hold(node)
            self._tree.drop(prompt.frontier)
            prompt.frontier = node
        self._claims.update(prompt)

    def _store_next(self, prompt: LivePrompt[BlockT, SnapshotT], block: BlockT) -> bool:
        """Store the block behind the prompt's frontier; False if there is no room."""
        parent = prompt.frontier
        tokens = prompt.block(parent.depth)
        if tokens is None or self._tree.add(parent, tokens, block) is None:
            return False
        for each in (*self._claims.at(parent, tokens), prompt):
            self._advance(each)
        return True

    def _load(
        self, prompt: LivePrompt[BlockT, SnapshotT], tier: LowerTier[BlockT, SnapshotT]
    ) -> None:
        """Bring back what the lower tier has of the prompt, behind what is in memory."""
        for block, snapshot in load_below(prompt, tier, needs_snapshots=self._needs_snapshots):
            if not self._store_next(prompt, block):
                return
            self._num_loaded_blocks += 1
            if snapshot is not None:
                self._tree.set_snapshot(prompt.frontier, snapshot)
