"""Whatever is wrong in the tree is found and named."""

from collections import Counter
from collections.abc import Callable

import pytest

from batching.engine.prefix.cache import PrefixCache
from batching.engine.prefix.integrity import check_tree
from batching.engine.prefix.node import Node
from batching.engine.prefix.tree import PrefixTree
from batching.engine.prefix.values import BrokenPrefixCache
from tests.batching.engine.prefix.payload import BLOCK_BYTES, Payload

Tree = PrefixTree[Payload, Payload]
PayloadNode = Node[Payload, Payload]


def make_tree() -> tuple[Tree, PayloadNode, PayloadNode]:
    """A tree, its held inner node with a snapshot, and the leaf below it."""
    tree: Tree = PrefixTree(10 * BLOCK_BYTES)
    tree.hold(tree.root)
    inner = tree.add(tree.root, (1,), Payload((1,)))
    assert inner is not None
    tree.hold(inner)
    assert tree.set_snapshot(inner, Payload((1,)))
    leaf = tree.add(inner, (2,), Payload((1, 2)))
    assert leaf is not None
    check_tree(tree, Counter([tree.root, inner]))
    return tree, inner, leaf


def set_bytes(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.num_bytes += 1


def set_blocks(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.num_blocks -= 1


def set_snapshots(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.num_snapshots += 1


def set_limit(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.max_bytes = 1


def forget_a_hold(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.drop(inner)


def forget_the_root(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.drop(tree.root)


def swap_the_parent(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    leaf.parent = tree.root


def set_depth(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    leaf.depth = 7


def lose_the_ticket(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    leaf.ticket = None


def queue_what_is_held(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    inner.ticket = 99


def remove_a_held_branch(tree: Tree, inner: PayloadNode, leaf: PayloadNode) -> None:
    tree.root.children.clear()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (set_bytes, "bytes: 2349 by the books, 2348 counted"),
        (set_blocks, "blocks: 1 by the books, 2 counted"),
        (set_snapshots, "snapshots: 2 by the books, 1 counted"),
        (set_limit, "2348 bytes are stored; the limit is 1"),
        (forget_a_hold, "holds of the block at depth 1: 0 by the books, 1 counted"),
        (forget_the_root, "holds of the root: 0 by the books, 1 counted"),
        (swap_the_parent, "the block at depth 2 is not a child of its parent"),
        (set_depth, "depth of the block at depth 7: 7 by the books, 2 counted"),
        (lose_the_ticket, "the block at depth 2 is not in the eviction queue"),
        (queue_what_is_held, "the block at depth 1 is in the eviction queue"),
        (remove_a_held_branch, "held nodes in the tree: 0 by the books, 1 counted"),
    ],
)
def test_what_is_wrong_is_named(
    harm: Callable[[Tree, PayloadNode, PayloadNode], None], message: str
) -> None:
    tree, inner, leaf = make_tree()
    harm(tree, inner, leaf)
    with pytest.raises(BrokenPrefixCache, match=message):
        check_tree(tree, Counter([tree.root, inner]))


def test_the_cache_checks_with_the_holds_of_its_live_sequences() -> None:
    cache: PrefixCache[Payload, Payload] = PrefixCache(max_bytes=10**6, needs_snapshots=False)
    cache.begin("a", range(40))
    cache.store("a", 0, [Payload(())] * 2)
    cache.begin("b", range(20))
    cache.check_integrity()
    cache._live["a"].matched = cache._live["a"].frontier
    with pytest.raises(BrokenPrefixCache, match="holds of the block"):
        cache.check_integrity()
