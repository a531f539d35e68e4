"""Which tokens a request rules out itself: bad words, and all that it does not allow.

Thread: inference.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

import mlx.core as mx
import numpy as np

BANNED = -1e6
NOT_ALLOWED = -2e6
"""What such tokens' logits gain.

No probability is left of that. But where a grammar or `min_tokens` forbids all other tokens, one of
these is drawn still, and the answer goes on.
"""


class BadWords:
    """Token sequences that must not come, and how much of each an answer ends with."""

    def __init__(self, words: Iterable[Sequence[int]], generated: Sequence[int] = ()) -> None:
        self._always: set[int] = set()
        self._after: dict[int, list[tuple[tuple[int, ...], int]]] = defaultdict(list)
        """By its last but one token: the beginning of a word, and the token that completes it."""
        for *beginning, last in words:
            if beginning:
                self._after[beginning[-1]].append((tuple(beginning), last))
            else:
                self._always.add(last)
        longest = max((len(word) for words in self._after.values() for word, _ in words), default=0)
        self._latest = deque(generated[-longest:] if longest else (), maxlen=longest)

    def accept(self, token_id: int) -> None:
        """Take the answer's next token."""
        self._latest.append(token_id)

    @property
    def banned_token_ids(self) -> Sequence[int]:
        """Those that would complete a word now, each once."""
        begun = self._after.get(self._latest[-1]) if self._latest else None
        if not begun:
            return list(self._always)
        latest = tuple(self._latest)
        completing = {last for word, last in begun if latest[-len(word) :] == word}
        return list(self._always | completing)


class AllowedTokens:
    """The only tokens that may come."""

    def __init__(self, token_ids: Sequence[int]) -> None:
        self._token_ids = token_ids
        self._shift: mx.array | None = None

    def shift(self, vocab_size: int) -> mx.array:
        """What the logits gain, (vocab,) float32; made once."""
        if self._shift is None:
            shift = np.full(vocab_size, NOT_ALLOWED, dtype=np.float32)
            shift[list(self._token_ids)] = 0.0
            self._shift = mx.array(shift)
        return self._shift
