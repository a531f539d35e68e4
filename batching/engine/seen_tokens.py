"""The tokens that a row's repetition penalty counts.

Thread: inference.
"""

from array import array
from collections import Counter, deque
from collections.abc import Iterable, Sequence

import mlx.core as mx
import numpy as np


class SeenTokens:
    """The distinct tokens of a row, the prompt's too."""

    def __init__(self, token_ids: Iterable[int]) -> None:
        self._all = set(token_ids)
        # The prompt's go to the device once, not at every step.
        self._at_start = mx.array(sorted(self._all), dtype=mx.int32)
        self._later = array("i")

    def add(self, token_id: int) -> None:
        if token_id not in self._all:
            self._all.add(token_id)
            self._later.append(token_id)

    def parts(self) -> list[mx.array]:
        """The tokens, each once, in arrays to be joined. Shapes: (any,) int32."""
        later = [mx.array(np.frombuffer(self._later, dtype=np.int32))] if self._later else []
        return [self._at_start, *later]


class RecentTokens:
    """The distinct ones of a row's last tokens, however long the row is."""

    def __init__(self, token_ids: Sequence[int], window: int) -> None:
        self._latest = deque(token_ids[-window:], maxlen=window)
        self._counts = Counter(self._latest)

    def add(self, token_id: int) -> None:
        if len(self._latest) == self._latest.maxlen:
            oldest = self._latest[0]
            self._counts[oldest] -= 1
            if not self._counts[oldest]:
                del self._counts[oldest]
        self._latest.append(token_id)
        self._counts[token_id] += 1

    def parts(self) -> list[mx.array]:
        """As `SeenTokens.parts`."""
        return [mx.array(list(self._counts), dtype=mx.int32)]
