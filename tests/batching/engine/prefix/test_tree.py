"""The tree of blocks: what is evicted, and in which order."""

from batching.engine.prefix.eviction import HOT_PROMPTS, HOT_TICKS
from batching.engine.prefix.node import Node, upwards
from batching.engine.prefix.tree import MAX_REMEMBERED, PrefixTree
from tests.batching.engine.prefix.payload import BLOCK_BYTES, PAYLOAD_BYTES, Payload

Tree = PrefixTree[Payload, Payload]
PayloadNode = Node[Payload, Payload]


def make_tree(max_blocks: int = 100) -> tuple[Tree, list[str]]:
    """A tree, and the paths that it evicts, as they go."""
    evicted: list[str] = []
    tree: Tree = PrefixTree(
        max_blocks * BLOCK_BYTES, before_eviction=lambda node: evicted.append(spell(node))
    )
    return tree, evicted


def spell(node: PayloadNode) -> str:
    return "".join(chr(each.tokens[0]) for each in upwards(node))[::-1]


def add(tree: Tree, path: str, *, snapshots: str = "") -> PayloadNode:
    """Use a path of one-letter blocks once, adding what is missing; its last node."""
    tree.tick()
    node = tree.root
    tree.hold(node)
    for letter in path:
        tokens = (ord(letter),)
        child = node.children.get(tokens) or tree.add(node, tokens, Payload(tokens))
        assert child is not None
        tree.hold(child)
        tree.drop(node)
        node = child
        if letter in snapshots:
            assert tree.set_snapshot(node, Payload(tokens))
    tree.drop(node)
    return node


def test_the_least_recently_used_branch_goes_leaf_by_leaf_up_to_where_it_parts() -> None:
    tree, evicted = make_tree()
    add(tree, "abcd")
    add(tree, "abxy")
    tree.evict(3 * BLOCK_BYTES)
    assert evicted == ["abcd", "abc", "abxy"]
    assert tree.num_evicted_blocks == 3


def test_using_a_branch_again_makes_it_the_last_to_go() -> None:
    tree, evicted = make_tree()
    add(tree, "ab")
    add(tree, "xy")
    add(tree, "ab")
    tree.evict(10**9)
    assert evicted == ["xy", "x", "ab", "a"]


def test_a_new_block_pushes_out_an_old_one_and_never_its_own_parents() -> None:
    tree, evicted = make_tree(max_blocks=3)
    add(tree, "xy")
    add(tree, "abc")
    assert evicted == ["xy", "x"]
    assert tree.num_bytes == 3 * BLOCK_BYTES
    node = add(tree, "abc")
    tree.hold(node)
    assert tree.add(node, (1,), Payload((1,))) is None
    assert tree.add(node, (1,), Payload((1,), nbytes=4 * BLOCK_BYTES)) is None
    assert evicted == ["xy", "x"]


def use(tree: Tree, node: PayloadNode) -> None:
    """Use a node as a sequence does: it holds the last one of its path, and so all of them."""
    tree.tick()
    tree.hold(node)
    tree.drop(node)


def make_hot(tree: Tree, path: str) -> None:
    """Let so many prompts part there that it is hot."""
    node = add(tree, path)
    for prompt_hash in range(HOT_PROMPTS):
        tree.note_match(node, prompt_hash)
    use(tree, node)


def test_a_prefix_of_many_prompts_goes_last_with_its_parents() -> None:
    tree, evicted = make_tree()
    make_hot(tree, "ab")
    add(tree, "abc")
    add(tree, "xy")
    tree.evict(10**9)
    assert evicted == ["abc", "xy", "x", "ab", "a"]


def test_the_parent_of_a_hot_block_is_hot_when_its_child_is_gone() -> None:
    tree, evicted = make_tree()
    make_hot(tree, "ab")
    tree.evict(1)
    add(tree, "xy")
    tree.evict(10**9)
    assert evicted == ["ab", "xy", "x", "a"]


def test_a_parent_was_used_when_what_is_gone_below_it_was() -> None:
    tree, evicted = make_tree()
    make_hot(tree, "a")
    leaf = add(tree, "ab")
    make_hot(tree, "x")
    use(tree, leaf)
    tree.evict(10**9)
    assert evicted == ["ab", "x", "a"]


def test_one_prompt_many_times_does_not_make_its_prefix_hot() -> None:
    tree, evicted = make_tree()
    node = add(tree, "ab")
    for _ in range(10):
        tree.note_match(node, 1)
    add(tree, "xy")
    tree.evict(BLOCK_BYTES)
    assert evicted == ["ab"]


def test_a_prefix_that_was_hot_long_ago_gives_way() -> None:
    tree, evicted = make_tree()
    make_hot(tree, "ab")
    for _ in range(HOT_TICKS):
        tree.tick()
    add(tree, "xy")
    tree.evict(BLOCK_BYTES)
    assert evicted == ["ab"]


def test_an_inner_snapshot_that_nobody_uses_goes_before_newer_blocks() -> None:
    tree, evicted = make_tree()
    add(tree, "ab", snapshots="a")
    add(tree, "abc")
    assert tree.evict(1) == PAYLOAD_BYTES
    assert (evicted, tree.num_snapshots, tree.num_blocks) == (["a"], 0, 3)


def test_an_inner_snapshot_that_is_used_again_goes_after_the_others() -> None:
    tree, evicted = make_tree()
    add(tree, "ab", snapshots="a")
    add(tree, "xy", snapshots="x")
    add(tree, "a")
    tree.evict(10**9)
    assert evicted == ["ab", "x", "xy", "x", "a"]  # x twice: its snapshot, then the block


def test_a_leaf_takes_its_snapshot_with_it() -> None:
    tree, evicted = make_tree()
    add(tree, "ab", snapshots="b")
    assert tree.evict(1) == BLOCK_BYTES + PAYLOAD_BYTES
    assert (evicted, tree.num_snapshots) == (["ab"], 0)


def test_a_held_node_keeps_its_snapshot() -> None:
    tree, _ = make_tree()
    node = add(tree, "ab", snapshots="b")
    tree.hold(node)
    add(tree, "abc")
    tree.evict(10**9)
    assert (tree.num_blocks, node.snapshot) == (2, Payload((ord("b"),)))


def test_a_snapshot_without_room_is_not_kept_and_its_node_stays() -> None:
    tree, evicted = make_tree(max_blocks=2)
    node = add(tree, "ab")
    assert not tree.set_snapshot(node, Payload((), nbytes=3 * BLOCK_BYTES))
    assert not tree.set_snapshot(node, Payload((), nbytes=BLOCK_BYTES))
    assert (evicted, tree.num_bytes) == ([], 2 * BLOCK_BYTES)
    assert tree.set_snapshot(add(tree, "a"), Payload(()))
    assert evicted == ["ab"]


def test_only_so_many_evicted_blocks_are_remembered() -> None:
    tree, _ = make_tree(max_blocks=1)
    for number in range(MAX_REMEMBERED + 2):
        add(tree, chr(number + 1))
    assert not tree.was_evicted(tree.root, (1,))
    assert tree.was_evicted(tree.root, (2,))
    assert not tree.was_evicted(tree.root, (MAX_REMEMBERED + 2,))  # it is still there
