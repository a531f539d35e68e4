"""The prefix cache's store: a tree of blocks, in a number of bytes that it never exceeds.

Thread: inference (pure).
"""

from collections.abc import Callable, Iterator
from typing import Generic

from batching.engine.prefix.eviction import HOT_PROMPTS, EvictionQueue
from batching.engine.prefix.node import BlockT, BlockTokens, Node, SnapshotT

MAX_REMEMBERED = 16_384
"""So many evicted blocks are remembered, to say why a prompt found nothing."""


class PrefixTree(Generic[BlockT, SnapshotT]):
    """Nodes, their bytes and who holds them.

    Evicted are leaves that nobody holds, and snapshots of inner nodes that nobody holds. A block
    that does not fit beside what is held is not stored. `before_eviction` sees each node while all
    of it and its parents are still there.
    """

    def __init__(
        self,
        max_bytes: int,
        *,
        root_digest: bytes = b"",
        before_eviction: Callable[[Node[BlockT, SnapshotT]], None] | None = None,
    ) -> None:
        self.max_bytes = max_bytes
        self.root: Node[BlockT, SnapshotT] = Node((), None, None, digest=root_digest)
        self.num_bytes = 0
        self.num_blocks = 0
        self.num_snapshots = 0
        self.num_evicted_blocks = 0
        self._clock = 0
        self._before_eviction = before_eviction
        self._queue: EvictionQueue[BlockT, SnapshotT] = EvictionQueue()
        self._evicted: dict[int, None] = {}

    @property
    def num_evictable(self) -> int:
        """Nodes that may be evicted, whole or in part, as things stand."""
        return len(self._queue)

    def tick(self) -> None:
        """Let time pass: what is used from here on is used later than all before."""
        self._clock += 1

    def add(
        self, parent: Node[BlockT, SnapshotT], tokens: BlockTokens, block: BlockT
    ) -> Node[BlockT, SnapshotT] | None:
        """Store a block below `parent`, which somebody must hold; None if there is no room."""
        node = Node(
            tokens,
            parent,
            block,
            depth=parent.depth + 1,
            path_hash=hash((parent.path_hash, tokens)),
            last_used=self._clock,
        )
        if not self.make_room(node.nbytes):
            return None
        parent.children[tokens] = node
        self.num_bytes += node.nbytes
        self.num_blocks += 1
        self._queue.put(node, node.last_used)
        return node

    def set_snapshot(self, node: Node[BlockT, SnapshotT], snapshot: SnapshotT) -> bool:
        """Keep the state at a node's end, unless it is kept already; False if there is no room."""
        if node.snapshot is not None:
            return True
        self.hold(node)
        has_room = self.make_room(snapshot.nbytes)
        if has_room:
            node.snapshot = snapshot
            self.num_bytes += snapshot.nbytes
            self.num_snapshots += 1
        self.drop(node)
        return has_room

    def hold(self, node: Node[BlockT, SnapshotT]) -> None:
        """Keep a node, and so all its parents, until `drop`."""
        node.num_holds += 1
        self._queue.discard(node)

    def drop(self, node: Node[BlockT, SnapshotT]) -> None:
        """Give a hold back; the node counts as used now."""
        node.num_holds -= 1
        node.last_used = node.snapshot_used = self._clock
        self._offer(node)

    def note_match(self, node: Node[BlockT, SnapshotT], prompt_hash: int) -> None:
        """A prompt went its own way after this node, which the caller holds."""
        if not node.is_hot:
            node.prompts |= {prompt_hash}
            node.is_hot = len(node.prompts) >= HOT_PROMPTS

    def make_room(self, num_bytes: int) -> bool:
        """Evict until so many bytes fit; False if they cannot."""
        if num_bytes > self.max_bytes:
            return False
        while self.num_bytes + num_bytes > self.max_bytes:
            if not self._evict_next():
                return False
        return True

    def evict(self, num_bytes: int) -> int:
        """Free at least so many bytes, or all that may be freed; how many it were."""
        before = self.num_bytes
        while before - self.num_bytes < num_bytes and self._evict_next():
            pass
        return before - self.num_bytes

    def was_evicted(self, parent: Node[BlockT, SnapshotT], tokens: BlockTokens) -> bool:
        """Whether this block was stored once. Hashes decide, so it is for statistics only."""
        return hash((parent.path_hash, tokens)) in self._evicted

    def nodes(self) -> Iterator[Node[BlockT, SnapshotT]]:
        """All nodes but the root, parents before children."""
        waiting = [self.root]
        while waiting:
            children = waiting.pop().children.values()
            yield from children
            waiting.extend(children)

    def _offer(self, node: Node[BlockT, SnapshotT]) -> None:
        """Put a node into the queue if a part of it may be evicted."""
        if node.num_holds > 0 or node.parent is None:
            return
        if not node.children:
            self._queue.put(node, node.last_used)
        elif node.snapshot is not None:
            self._queue.put(node, node.snapshot_used)

    def _evict_next(self) -> bool:
        node = self._queue.pop()
        if node is None:
            return False
        if self._before_eviction is not None:
            self._before_eviction(node)
        if node.children:
            self._drop_snapshot(node)
        else:
            self._remove_leaf(node)
        return True

    def _drop_snapshot(self, node: Node[BlockT, SnapshotT]) -> None:
        if node.snapshot is not None:
            self.num_bytes -= node.snapshot.nbytes
            self.num_snapshots -= 1
            node.snapshot = None

    def _remove_leaf(self, node: Node[BlockT, SnapshotT]) -> None:
        self._drop_snapshot(node)
        self.num_bytes -= node.nbytes
        self.num_blocks -= 1
        self.num_evicted_blocks += 1
        self._remember(node)
        parent, node.parent = node.parent, None
        assert parent is not None  # the root is never in the queue
        del parent.children[node.tokens]
        # Whoever used the node came through its parent.
        parent.last_used = max(parent.last_used, node.last_used)
        parent.is_hot |= node.is_hot
        self._offer(parent)

    def _remember(self, node: Node[BlockT, SnapshotT]) -> None:
        self._evicted[node.path_hash] = None
        if len(self._evicted) > MAX_REMEMBERED:
            del self._evicted[next(iter(self._evicted))]
