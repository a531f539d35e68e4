"""The border between the prefix cache in memory and a slower, larger store below it.

Thread: inference (pure).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol

from batching.engine.prefix.claims import LivePrompt
from batching.engine.prefix.node import (
    BlockT,
    Node,
    SnapshotT,
    digest_of,
    next_digest,
    upwards,
)
from batching.engine.prefix.tree import PrefixTree

RUN_BLOCKS = 32
"""A run ends where the block's number is a multiple of this: files of up to 512 tokens."""


@dataclass(frozen=True, slots=True)
class Run(Generic[BlockT, SnapshotT]):
    """Blocks that follow each other on one path, named by their digests; of equal lengths."""

    digests: tuple[bytes, ...]
    blocks: tuple[BlockT, ...]
    snapshots: tuple[SnapshotT | None, ...]

    @property
    def nbytes(self) -> int:
        kept = (*self.blocks, *self.snapshots)
        return sum(payload.nbytes for payload in kept if payload is not None)


class LowerTier(Protocol[BlockT, SnapshotT]):
    """A store of runs. Nothing raises: what cannot be saved or loaded is logged and not there."""

    @property
    def root_digest(self) -> bytes:
        """Differs for whatever makes blocks of the same tokens differ, such as the model."""

    @property
    def max_bytes(self) -> int:
        """It forgets the least recently used beyond that."""

    def find(self, digest: bytes) -> bool | None:
        """None if the block is not there, else whether its snapshot is there too."""

    def save(self, run: Run[BlockT, SnapshotT]) -> None:
        """Keep a run, in place of what is there of it."""

    def load(self, digest: bytes) -> Run[BlockT, SnapshotT] | None:
        """The run with this block in it."""

    def touch(self, digest: bytes) -> None:
        """The run with this block in it counts as used now."""


def unsaved_run(
    node: Node[BlockT, SnapshotT], tier: LowerTier[BlockT, SnapshotT]
) -> list[Node[BlockT, SnapshotT]]:
    """What to save before `node` goes: it and its parents, up to one that is saved or a border."""
    digest_of(node)  # names all parents too
    number = _run_number(node)
    nodes = []
    for each in upwards(node):
        if _run_number(each) != number or _is_saved(each, tier):
            break
        nodes.append(each)
    nodes.reverse()
    return nodes


def load_below(
    prompt: LivePrompt[BlockT, SnapshotT],
    tier: LowerTier[BlockT, SnapshotT],
    *,
    needs_snapshots: bool,
) -> Iterator[tuple[BlockT, SnapshotT | None]]:
    """What the tier has of a prompt behind its frontier, block by block."""
    wanted = _saved_digests(prompt, tier, needs_snapshots=needs_snapshots)
    # Children first: a parent that is forgotten before its children makes them useless.
    for digest in reversed(wanted):
        tier.touch(digest)
    while wanted and (run := tier.load(wanted[0])) is not None:
        first = run.digests.index(wanted[0])
        for index in range(first, len(run.digests)):
            if not wanted or run.digests[index] != wanted[0]:
                break
            del wanted[0]
            yield run.blocks[index], run.snapshots[index]


def _saved_digests(
    prompt: LivePrompt[BlockT, SnapshotT],
    tier: LowerTier[BlockT, SnapshotT],
    *,
    needs_snapshots: bool,
) -> list[bytes]:
    """The blocks to load, in order; up to the last snapshot for a model that needs one."""
    digests: list[bytes] = []
    num_useful = 0
    digest = digest_of(prompt.frontier)
    for index in range(prompt.frontier.depth, prompt.num_usable_blocks):
        digest = next_digest(digest, prompt.whole_block(index))
        has_snapshot = tier.find(digest)
        if has_snapshot is None:
            break
        digests.append(digest)
        if has_snapshot or not needs_snapshots:
            num_useful = len(digests)
    return digests[:num_useful]


def save_or_touch(node: Node[BlockT, SnapshotT], tier: LowerTier[BlockT, SnapshotT]) -> None:
    """Before a node or its snapshot is evicted: it was used until now, the tier shall keep it."""
    nodes = unsaved_run(node, tier)
    if nodes:
        save_run(nodes, tier)
    else:
        tier.touch(digest_of(node))


def save_run(nodes: list[Node[BlockT, SnapshotT]], tier: LowerTier[BlockT, SnapshotT]) -> None:
    if nodes:
        tier.save(_run_of(nodes))


def _run_of(nodes: list[Node[BlockT, SnapshotT]]) -> Run[BlockT, SnapshotT]:
    return Run(
        tuple(digest_of(node) for node in nodes),
        tuple(node.stored_block for node in nodes),
        tuple(node.snapshot for node in nodes),
    )


def save_all(tree: PrefixTree[BlockT, SnapshotT], tier: LowerTier[BlockT, SnapshotT]) -> None:
    """Save what was used last, as much as the tier takes; the most recent is written last."""
    leaves = [node for node in tree.nodes() if not node.children]
    leaves.sort(key=lambda node: node.last_used, reverse=True)
    queued: set[Node[BlockT, SnapshotT]] = set()
    branches = []
    num_bytes = 0
    for leaf in leaves:
        runs = _unsaved_runs(leaf, tier, queued)
        num_bytes += sum(_run_of(nodes).nbytes for nodes in runs)
        if num_bytes > tier.max_bytes:
            break
        branches.append(runs)
    for runs in reversed(branches):
        for nodes in runs:  # children first, as above
            save_run(nodes, tier)


def _unsaved_runs(
    leaf: Node[BlockT, SnapshotT],
    tier: LowerTier[BlockT, SnapshotT],
    queued: set[Node[BlockT, SnapshotT]],
) -> list[list[Node[BlockT, SnapshotT]]]:
    """The runs between a leaf and the root, children first, without the nodes in `queued`."""
    runs = []
    for node in upwards(leaf):
        if node not in queued:
            nodes = [each for each in unsaved_run(node, tier) if each not in queued]
            queued.update(nodes)
            runs.append(nodes)
    return runs


def _run_number(node: Node[BlockT, SnapshotT]) -> int:
    return (node.depth - 1) // RUN_BLOCKS


def _is_saved(node: Node[BlockT, SnapshotT], tier: LowerTier[BlockT, SnapshotT]) -> bool:
    has_snapshot = tier.find(digest_of(node))
    return has_snapshot is not None and (has_snapshot or node.snapshot is None)
