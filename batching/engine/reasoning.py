"""How much an answer has reasoned, and the end of it when that is enough.

Thread: inference.
"""

from collections import deque
from collections.abc import Sequence

from batching.engine.sampling_params import ThinkingLimit

FORCED = 1e7
"""What a forced token's logit gains: nothing else has a probability then."""


class Reasoning:
    """One answer's reasoning, token by token, kept to its limit."""

    def __init__(self, limit: ThinkingLimit, generated: Sequence[int] = ()) -> None:
        self._limit = limit
        self._is_open = limit.is_open
        self._num_tokens = 0
        self._latest = deque[int](maxlen=max(len(limit.begin), len(limit.end)))
        for token_id in generated:
            self.accept(token_id)

    def accept(self, token_id: int) -> None:
        """Take the answer's next token."""
        self._latest.append(token_id)
        if not self._is_open:
            self._is_open = self._ends_with(self._limit.begin)
            return
        self._num_tokens += 1
        self._is_open = not self._ends_with(self._limit.end)

    @property
    def forced_token_id(self) -> int | None:
        """The only token that may come next: the next one of the end's, once it is time."""
        if not self._is_open or self._num_tokens < self._limit.max_tokens:
            return None
        end = self._limit.end
        num_there = max(num for num in range(len(end)) if self._ends_with(end[:num]))
        return end[num_there]

    def _ends_with(self, token_ids: tuple[int, ...]) -> bool:
        if not token_ids:
            return True
        return tuple(self._latest)[-len(token_ids) :] == token_ids
