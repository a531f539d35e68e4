"""Live prompts, and which of them computes a block that several need.

Thread: inference (pure).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from batching.engine.prefix.node import BlockT, BlockTokens, Node, SnapshotT
from batching.engine.prefix.values import Prefix


@dataclass(slots=True, eq=False)
class LivePrompt(Generic[BlockT, SnapshotT]):
    """A sequence as the prefix cache sees it, from `begin` to `release`.

    It holds two nodes: `frontier`, the last stored block on its path, and `matched`, where the
    prefix that it was given ends. `num_usable_blocks` is how many blocks a match may have;
    `num_computed_blocks` how many it has computed, or computes for nobody but itself;
    `num_refused_blocks` how many it had computed when there was no room for the last of them.
    """

    sequence_id: str
    token_ids: list[int]
    num_prompt_tokens: int
    block_tokens: int
    num_usable_blocks: int
    frontier: Node[BlockT, SnapshotT]
    matched: Node[BlockT, SnapshotT]
    prefix: Prefix[BlockT, SnapshotT] | None = None
    num_computed_blocks: int = 0
    num_refused_blocks: int = 0
    is_counted: bool = False

    def block(self, index: int) -> BlockTokens | None:
        """The tokens of its block, or None if that is not whole."""
        end = (index + 1) * self.block_tokens
        if end > len(self.token_ids):
            return None
        return tuple(self.token_ids[end - self.block_tokens : end])

    def whole_block(self, index: int) -> BlockTokens:
        """The tokens of a block that is known to be whole, as those of a match are."""
        tokens = self.block(index)
        if tokens is None:
            raise LookupError(f"block {index} of {self.sequence_id} is not whole")
        return tokens

    @property
    def next_needed(self) -> BlockTokens | None:
        """The block that it would take from another sequence, or compute next."""
        index = self.frontier.depth
        if index >= self.num_usable_blocks or index < self.num_computed_blocks:
            return None
        return self.block(index)


class Claims(Generic[BlockT, SnapshotT]):
    """Each live prompt claims one block: the next that it needs and that is not stored.

    Who claimed a block first computes it, the others wait. Nobody waits for one that waits: the
    first at a block waits for none. So there are no cycles, and when the first is released the
    second becomes the first. Prompts that share blocks meet at the first one that is missing,
    since a prompt's blocks are stored in order; and all move on together when it is stored, so
    their order is that of their beginnings.
    """

    def __init__(self) -> None:
        self._claimants: dict[
            tuple[Node[BlockT, SnapshotT], BlockTokens],
            dict[str, LivePrompt[BlockT, SnapshotT]],
        ] = {}
        self._blocks: dict[str, tuple[Node[BlockT, SnapshotT], BlockTokens]] = {}

    def update(self, prompt: LivePrompt[BlockT, SnapshotT]) -> None:
        """Claim what the prompt needs next, instead of what it claimed before."""
        tokens = prompt.next_needed
        wanted = None if tokens is None else (prompt.frontier, tokens)
        if self._blocks.get(prompt.sequence_id) == wanted:
            return
        self.withdraw(prompt)
        if wanted is not None:
            self._blocks[prompt.sequence_id] = wanted
            self._claimants.setdefault(wanted, {})[prompt.sequence_id] = prompt

    def withdraw(self, prompt: LivePrompt[BlockT, SnapshotT]) -> None:
        """Claim nothing any more."""
        block = self._blocks.pop(prompt.sequence_id, None)
        if block is not None:
            claimants = self._claimants[block]
            del claimants[prompt.sequence_id]
            if not claimants:
                del self._claimants[block]

    def owner(self, sequence_id: str) -> str | None:
        """Who computes the block that this sequence claims: itself, another, or None."""
        block = self._blocks.get(sequence_id)
        return None if block is None else next(iter(self._claimants[block]))

    def at(
        self, node: Node[BlockT, SnapshotT], tokens: BlockTokens
    ) -> Sequence[LivePrompt[BlockT, SnapshotT]]:
        """Whoever claims this block, in order."""
        return tuple(self._claimants.get((node, tokens), {}).values())
