"""What each client has of the server, and the lines in which its requests wait for their turn.

Thread: event loop.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from batching.stream import TokenStream

Rank = tuple[int, int, int]
"""Running sequences of the client, its last turn, its line's last turn: the lowest is next."""

MAX_STALE_RANKS = 64


@dataclass(slots=True, eq=False)
class Share:
    """One client's slots, its places in the queue, and the turn in which it was served last."""

    client: str
    last_turn: int
    num_running: int = 0
    num_waiting: int = 0
    num_waiting_tokens: int = 0


@dataclass(slots=True, eq=False)
class Line:
    """The waiting requests of one client and one kind, first come first served.

    `last_turn` is the turn in which it was served, or opened if it was not served yet: of two
    lines of one client, the one that has waited longer is next, so they take turns.
    """

    share: Share
    last_turn: int
    streams: OrderedDict[str, TokenStream]

    @property
    def rank(self) -> Rank:
        return (self.share.num_running, self.share.last_turn, self.last_turn)


class Lines:
    """The lines of one kind, with the one whose turn it is at hand.

    Ranks are kept in a heap. When a line's rank changes a new entry is pushed, and the old one is
    dropped when it comes to the top or when there are too many: O(log n) amortised.
    """

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._ranks: list[tuple[Rank, Line]] = []

    def __iter__(self) -> Iterator[TokenStream]:
        for line in self._lines.values():
            yield from line.streams.values()

    def append(self, stream: TokenStream, share: Share, *, turn: int) -> None:
        """Put a request at the end of its client's line; `turn` is unique, for a line that opens.

        NOTE: entries with the same rank would compare their lines, which have no order.
        """
        line = self._lines.get(share.client)
        if line is None:
            line = self._lines[share.client] = Line(share, turn, OrderedDict())
            self._push(line)
        line.streams[stream.sequence_id] = stream

    def remove(self, stream: TokenStream) -> bool:
        """Take a request out of any place; False when it is not in these lines."""
        line = self._lines.get(stream.submit.client)
        if line is None or line.streams.pop(stream.sequence_id, None) is None:
            return False
        if not line.streams:
            del self._lines[stream.submit.client]
        return True

    def line_of(self, client: str) -> Line | None:
        """A client's line; None when it has none here."""
        return self._lines.get(client)

    def next_line(self) -> Line | None:
        """The line whose turn it is; None when nobody waits here."""
        while self._ranks:
            rank, line = self._ranks[0]
            if line.streams and rank == line.rank:
                return line
            heapq.heappop(self._ranks)
        return None

    def rank_anew(self, client: str) -> None:
        """To be called when the rank of a client's line has changed."""
        if line := self._lines.get(client):
            self._push(line)

    def _push(self, line: Line) -> None:
        heapq.heappush(self._ranks, (line.rank, line))
        if len(self._ranks) > 2 * len(self._lines) + MAX_STALE_RANKS:
            self._ranks = [(line.rank, line) for line in self._lines.values()]
            heapq.heapify(self._ranks)
