"""A node of the prefix cache's tree: one block of tokens that follows its parents' blocks.

Thread: inference (pure).
"""

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

BlockTokens = tuple[int, ...]


class Payload(Protocol):
    """What is kept for a block or a snapshot. The tree only asks how large it is."""

    @property
    def nbytes(self) -> int: ...


BlockT = TypeVar("BlockT", bound=Payload)
SnapshotT = TypeVar("SnapshotT", bound=Payload)

NODE_BYTES = 1024
"""Counted for each node beside its payloads: the tokens, the node and its dict in Python.

A test measures it. Without it the blocks of a model that has only states would cost nothing.
"""


@dataclass(slots=True, eq=False)
class Node(Generic[BlockT, SnapshotT]):
    """Found by its parent and its tokens, so a match is exact; the root has neither.

    `depth` is the number of blocks up to and with this one. `num_holds` counts live sequences that
    stand here; a node with children is kept by them. `last_used` is a tick of the tree's clock and
    covers what was removed below. `prompts` are hashes of prompts whose match ended here.
    `ticket` belongs to the eviction queue.
    """

    tokens: BlockTokens
    parent: "Node[BlockT, SnapshotT] | None"
    block: BlockT | None
    depth: int = 0
    path_hash: int = 0
    children: "dict[BlockTokens, Node[BlockT, SnapshotT]]" = field(default_factory=dict)
    snapshot: SnapshotT | None = None
    num_holds: int = 0
    last_used: int = 0
    snapshot_used: int = 0
    is_hot: bool = False
    prompts: frozenset[int] = frozenset()
    ticket: int | None = None
    digest: bytes | None = None

    @property
    def nbytes(self) -> int:
        """Of the block and of the node, without the snapshot."""
        return NODE_BYTES + (self.block.nbytes if self.block is not None else 0)

    @property
    def stored_block(self) -> BlockT:
        """The block of any node but the root."""
        if self.block is None:
            raise LookupError("the root holds no block")
        return self.block


def path_to(node: Node[BlockT, SnapshotT]) -> list[Node[BlockT, SnapshotT]]:
    """The nodes from below the root to this one."""
    nodes = list(upwards(node))
    nodes.reverse()
    return nodes


def upwards(node: Node[BlockT, SnapshotT]) -> Iterator[Node[BlockT, SnapshotT]]:
    """This node and its parents, without the root."""
    while node.parent is not None:
        yield node
        node = node.parent


def next_digest(digest: bytes, tokens: BlockTokens) -> bytes:
    """The name of a block outside this process: of its tokens and of all before them."""
    return hashlib.sha256(digest + array("q", tokens).tobytes()).digest()


def digest_of(node: Node[BlockT, SnapshotT]) -> bytes:
    """The node's digest, worked out once; the root's is given."""
    unnamed = []
    while node.digest is None:
        unnamed.append(node)
        if node.parent is None:
            raise LookupError("the root has no digest")
        node = node.parent
    digest = node.digest
    for node in reversed(unnamed):
        digest = node.digest = next_digest(digest, node.tokens)
    return digest
