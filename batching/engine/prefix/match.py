"""How much of a prompt is stored, and why not more.

Thread: inference (pure).
"""

from itertools import islice

from batching.engine.prefix.claims import LivePrompt
from batching.engine.prefix.node import BlockT, BlockTokens, Node, SnapshotT, path_to, upwards
from batching.engine.prefix.tree import PrefixTree
from batching.engine.prefix.values import MatchEnd, Prefix

MAX_BRANCHES_COMPARED = 64
"""So many stored continuations are looked at to say at which token a prompt diverges."""


def num_usable_blocks(num_tokens: int, block_tokens: int, *, needs_snapshots: bool) -> int:
    """How many blocks of a prompt a match may have. Its last token is always computed.

    A block that ends with that token is still of use without it, but a snapshot there is not.
    """
    return (num_tokens - 1 if needs_snapshots else num_tokens) // block_tokens


def usable_node(
    prompt: LivePrompt[BlockT, SnapshotT],
    root: Node[BlockT, SnapshotT],
    *,
    needs_snapshots: bool,
) -> Node[BlockT, SnapshotT]:
    """Where the prompt's prefix ends, at its frontier or above; the root if it has none."""
    for node in upwards(prompt.frontier):
        if node.depth <= prompt.num_usable_blocks and not (needs_snapshots and not node.snapshot):
            return node
    return root


def make_prefix(
    prompt: LivePrompt[BlockT, SnapshotT], tree: PrefixTree[BlockT, SnapshotT]
) -> Prefix[BlockT, SnapshotT]:
    """What the prompt gets at its `matched` node."""
    node = prompt.matched
    end, end_token = _match_end(prompt, tree)
    return Prefix(
        num_tokens=min(node.depth * prompt.block_tokens, prompt.num_prompt_tokens - 1),
        blocks=tuple(each.stored_block for each in path_to(node)),
        snapshot=node.snapshot,
        end=end,
        end_token=end_token,
    )


def _match_end(
    prompt: LivePrompt[BlockT, SnapshotT], tree: PrefixTree[BlockT, SnapshotT]
) -> tuple[MatchEnd, int | None]:
    frontier = prompt.frontier
    if prompt.matched.depth == prompt.num_usable_blocks:
        return MatchEnd.WHOLE_PROMPT, None
    if prompt.matched is not frontier:
        return MatchEnd.NO_SNAPSHOT, None
    tokens = prompt.block(frontier.depth)
    if tokens is not None and tree.was_evicted(frontier, tokens):
        return MatchEnd.EVICTED, None
    if tokens is not None and frontier.children:
        num_alike = _num_alike(frontier, tokens)
        return MatchEnd.DIVERGES, frontier.depth * prompt.block_tokens + num_alike
    return (MatchEnd.NOTHING_STORED if frontier is tree.root else MatchEnd.LONGER), None


def _num_alike(node: Node[BlockT, SnapshotT], tokens: BlockTokens) -> int:
    """The most tokens that one of the newest blocks below `node` begins with alike."""
    longest = 0
    for stored in islice(reversed(node.children), MAX_BRANCHES_COMPARED):
        while stored[: longest + 1] == tokens[: longest + 1]:
            longest += 1
    return longest
