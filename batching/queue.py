"""The bounded queue of requests that wait for a slot, and who is next.

Thread: event loop.
"""

import itertools
from collections import OrderedDict
from collections.abc import Callable

from batching.errors import QueueFull
from batching.fair_share import Line, Lines, Share
from batching.messages import Submit
from batching.stream import TokenStream

BATCH_AGE_SECONDS = 30.0
"""A batch request that has waited longer competes as an interactive one: it is never starved."""

SPARE = 4
"""A quarter of each bound comes on top of it, for clients that hold less than a quarter of what
is left of that."""

MAX_CLIENTS_REMEMBERED = 1024
"""Clients without a request whose last turn is still known. Who is forgotten counts as new."""


class RequestQueue:
    """Waiting requests, bounded in number and in prompt tokens, handed out by fair share.

    Interactive requests come before batch requests. Within a class the client with the fewest
    running sequences is next, of several the one that was served least recently, and of its
    requests the oldest. A client's interactive and aged batch requests take turns. Whoever takes
    a request gives it back with `release` when it has ended. `clock` counts seconds.
    """

    def __init__(self, *, max_requests: int, max_tokens: int, clock: Callable[[], float]) -> None:
        self.max_requests = max_requests
        self.max_tokens = max_tokens
        self.num_tokens = 0
        self._num_requests = 0
        self._clock = clock
        self._turns = itertools.count(1)
        self._interactive, self._aged, self._batch = Lines(), Lines(), Lines()
        self._young: OrderedDict[str, tuple[float, TokenStream]] = OrderedDict()
        """The requests of `_batch` with the time they came, oldest first."""
        self._shares: dict[str, Share] = {}
        self._last_turns: OrderedDict[str, int] = OrderedDict()
        self._too_large: TokenStream | None = None
        """The request whose turn it was and which did not fit; it is next."""

    def __len__(self) -> int:
        return self._num_requests

    def require_place(self, client: str, *, num_coming: int = 0, num_own_coming: int = 0) -> None:
        """Refuse what `put` would refuse for want of a place.

        `num_coming` are on their way to the queue, `num_own_coming` of them from this client.

        Raises:
            QueueFull: the bound in requests is reached, for this client.
        """
        share = self._shares.get(client)
        held = (share.num_waiting if share else 0) + num_own_coming
        taken = self._num_requests + num_coming
        if not _has_room(self.max_requests, taken=taken, held=held, wanted=1):
            raise QueueFull("requests", value=taken + 1, limit=self.max_requests)

    def put(self, stream: TokenStream) -> None:
        """Let a request wait.

        A single request may exceed `max_tokens` when nothing else waits: it could never enter
        otherwise.

        Raises:
            QueueFull: one of the two bounds is reached, for this client.
        """
        client = stream.submit.client
        self.require_place(client)
        self._require_tokens(client, stream.num_prompt_tokens)
        self._count(stream, 1)
        if stream.submit.priority == "interactive":
            self._append(self._interactive, stream)
        else:
            self._append(self._batch, stream)
            self._young[stream.sequence_id] = (self._clock(), stream)

    def take(
        self,
        *,
        is_slot_reserved: bool = False,
        fits: Callable[[Submit], bool] = lambda submit: True,
    ) -> TokenStream | None:
        """Hand out the request whose turn it is; None when there is none, or it does not fit now.

        A reserved slot is only for an interactive request of a client that has nothing running.
        Nobody overtakes a request that does not fit: a large one would wait for ever.
        """
        self._age()
        line = self._next_line(is_slot_reserved=is_slot_reserved)
        if line is None:
            return None
        stream = next(iter(line.streams.values()))
        if not fits(stream.submit):
            self._too_large = stream
            return None
        self._remove(stream)
        line.last_turn = line.share.last_turn = next(self._turns)
        self._set_running(line.share, line.share.num_running + 1)
        return stream

    def release(self, stream: TokenStream) -> None:
        """Count a request that was taken as ended."""
        share = self._shares[stream.submit.client]
        self._set_running(share, share.num_running - 1)
        self._forget_if_gone(share)

    def discard(self, stream: TokenStream) -> bool:
        """Take a request out of the middle; False when it is not waiting (any more)."""
        if not self._remove(stream):
            return False
        self._forget_if_gone(self._shares[stream.submit.client])
        return True

    def clear(self) -> list[TokenStream]:
        """Take out everything that waits."""
        left = [*self._interactive, *self._aged, *self._batch]
        for stream in left:
            self.discard(stream)
        return left

    def _next_line(self, *, is_slot_reserved: bool) -> Line | None:
        if self._too_large is not None:
            return self._line_of(self._too_large)
        interactive = self._interactive.next_line()
        if is_slot_reserved:
            # Lines rank by running sequences first: behind this one nobody has fewer.
            return interactive if interactive and not interactive.share.num_running else None
        aged = self._aged.next_line()
        if interactive and aged:
            return min(interactive, aged, key=lambda line: line.rank)
        return interactive or aged or self._batch.next_line()

    def _line_of(self, stream: TokenStream) -> Line | None:
        lines = (self._interactive, self._aged, self._batch)
        found = (each.line_of(stream.submit.client) for each in lines)
        return next((line for line in found if line and stream.sequence_id in line.streams), None)

    def _age(self) -> None:
        """Let batch requests that have waited long enough compete with the interactive ones."""
        oldest_young_seconds = self._clock() - BATCH_AGE_SECONDS
        while self._young:
            since_seconds, stream = next(iter(self._young.values()))
            if since_seconds >= oldest_young_seconds:
                return
            del self._young[stream.sequence_id]
            self._batch.remove(stream)
            self._append(self._aged, stream)

    def _append(self, lines: Lines, stream: TokenStream) -> None:
        share = self._shares[stream.submit.client]
        lines.append(stream, share, turn=next(self._turns))

    def _remove(self, stream: TokenStream) -> bool:
        lines = (self._interactive, self._aged, self._batch)
        if not any(each.remove(stream) for each in lines):
            return False
        if stream is self._too_large:
            self._too_large = None
        self._young.pop(stream.sequence_id, None)
        self._count(stream, -1)
        return True

    def _count(self, stream: TokenStream, change: int) -> None:
        """Count a request in (1) or out (-1)."""
        client = stream.submit.client
        share = self._shares.get(client)
        if share is None:
            share = self._shares[client] = Share(client, self._last_turns.get(client, 0))
        num_tokens = change * stream.num_prompt_tokens
        self._num_requests += change
        self.num_tokens += num_tokens
        share.num_waiting += change
        share.num_waiting_tokens += num_tokens

    def _set_running(self, share: Share, num_running: int) -> None:
        share.num_running = num_running
        for lines in (self._interactive, self._aged, self._batch):
            lines.rank_anew(share.client)

    def _forget_if_gone(self, share: Share) -> None:
        """Keep of a client without requests only when it was served, and of so many clients."""
        if share.num_running or share.num_waiting:
            return
        del self._shares[share.client]
        if share.last_turn:
            self._last_turns[share.client] = share.last_turn
            self._last_turns.move_to_end(share.client)
        if len(self._last_turns) > MAX_CLIENTS_REMEMBERED:
            self._last_turns.popitem(last=False)

    def _require_tokens(self, client: str, wanted: int) -> None:
        share = self._shares.get(client)
        held = share.num_waiting_tokens if share else 0
        taken = self.num_tokens
        if self._num_requests and not _has_room(
            self.max_tokens, taken=taken, held=held, wanted=wanted
        ):
            raise QueueFull("prompt tokens", value=taken + wanted, limit=self.max_tokens)


def _has_room(limit: int, *, taken: int, held: int, wanted: int) -> bool:
    """Whether a client that holds `held` of what is `taken` may take `wanted` more.

    Up to the limit anyone may. What is spare above it is for clients that hold little, ever less
    the less is left: a client that floods the queue fills it to the limit and no further.
    """
    if taken + wanted <= limit:
        return True
    limit_with_spare = limit + -(-limit // SPARE)
    left = limit_with_spare - max(taken, limit)
    return taken + wanted <= limit_with_spare and SPARE * held < left
