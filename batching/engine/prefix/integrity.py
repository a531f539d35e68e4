"""Whether the prefix cache's numbers agree with what is in its tree.

Thread: inference.
"""

from collections import Counter

from batching.engine.prefix.node import BlockT, Node, SnapshotT
from batching.engine.prefix.tree import PrefixTree
from batching.engine.prefix.values import BrokenPrefixCache


def check_tree(
    tree: PrefixTree[BlockT, SnapshotT], holds: Counter[Node[BlockT, SnapshotT]]
) -> None:
    """Compare with a count from scratch; `holds` are those of the live sequences.

    Raises:
        BrokenPrefixCache: with what is wrong.
    """
    nodes = list(tree.nodes())
    for node in nodes:
        _check_node(node, holds[node])
    _check_equal("holds of the root", tree.root.num_holds, holds[tree.root])
    _check_equal(
        "held nodes in the tree",
        sum(holds[node] > 0 for node in nodes),
        sum(node is not tree.root for node in holds),
    )
    _check_equal("blocks", tree.num_blocks, len(nodes))
    snapshots = [node.snapshot for node in nodes if node.snapshot is not None]
    _check_equal("snapshots", tree.num_snapshots, len(snapshots))
    num_bytes = sum(node.nbytes for node in nodes) + sum(each.nbytes for each in snapshots)
    _check_equal("bytes", tree.num_bytes, num_bytes)
    if tree.num_bytes > tree.max_bytes:
        raise BrokenPrefixCache(f"{tree.num_bytes} bytes are stored; the limit is {tree.max_bytes}")
    num_evictable = sum(node.ticket is not None for node in nodes)
    _check_equal("nodes in the eviction queue", tree.num_evictable, num_evictable)


def _check_node(node: Node[BlockT, SnapshotT], num_holds: int) -> None:
    place = f"the block at depth {node.depth}"
    if node.parent is None or node.parent.children.get(node.tokens) is not node:
        raise BrokenPrefixCache(f"{place} is not a child of its parent")
    _check_equal(f"depth of {place}", node.depth, node.parent.depth + 1)
    _check_equal(f"holds of {place}", node.num_holds, num_holds)
    is_evictable = num_holds == 0 and (not node.children or node.snapshot is not None)
    if is_evictable != (node.ticket is not None):
        raise BrokenPrefixCache(f"{place} is {'not ' if is_evictable else ''}in the eviction queue")


def _check_equal(what: str, stored: int, counted: int) -> None:
    if stored != counted:
        raise BrokenPrefixCache(f"{what}: {stored} by the books, {counted} counted")
