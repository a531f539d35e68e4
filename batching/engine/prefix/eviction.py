"""The order in which nodes of the prefix cache's tree are given up.

Thread: inference (pure).
"""

import heapq
import itertools
from typing import Generic

from batching.engine.prefix.node import BlockT, Node, SnapshotT

HOT_TICKS = 2000
"""A hot node is kept as if it were used so much later: a tick is a sequence's begin or its end."""

HOT_PROMPTS = 4
"""Matches of so many different prompts that ended at one node make it hot."""

MIN_STALE = 64


class EvictionQueue(Generic[BlockT, SnapshotT]):
    """Nodes that may be evicted, least recently used first, hot ones last.

    A heap whose stale entries are skipped: O(log n) for each node, whatever is in it. Hot is not
    forever, or the system prompts of last week would push out all that is new.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Node[BlockT, SnapshotT]]] = []
        self._tickets = itertools.count(1)
        self._num_waiting = 0

    def __len__(self) -> int:
        return self._num_waiting

    @property
    def num_entries(self) -> int:
        """With the stale ones."""
        return len(self._heap)

    def put(self, node: Node[BlockT, SnapshotT], last_used: int) -> None:
        """Let a node wait for eviction; one that waits already gets its new place."""
        self.discard(node)
        node.ticket = next(self._tickets)
        key = last_used + (HOT_TICKS if node.is_hot else 0)
        heapq.heappush(self._heap, (key, node.ticket, node))
        self._num_waiting += 1
        self._drop_stale()

    def discard(self, node: Node[BlockT, SnapshotT]) -> None:
        """The node is used again, or gone."""
        if node.ticket is not None:
            node.ticket = None
            self._num_waiting -= 1

    def pop(self) -> Node[BlockT, SnapshotT] | None:
        """The node to give up next, or None if none may be."""
        while self._heap:
            _, ticket, node = heapq.heappop(self._heap)
            if node.ticket == ticket:
                self.discard(node)
                return node
        return None

    def _drop_stale(self) -> None:
        """Half of the heap at most is stale, so dropping it costs each `put` a constant share."""
        if len(self._heap) > 2 * self._num_waiting + MIN_STALE:
            self._heap = [entry for entry in self._heap if entry[2].ticket == entry[1]]
            heapq.heapify(self._heap)
