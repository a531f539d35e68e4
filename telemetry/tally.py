"""Counting how often values fall between bounds.

Thread: any, but each Tally belongs to one. Nothing here takes a lock: a token is counted in a
fraction of a microsecond.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


class Tally:
    """The counts of one histogram. bounds: the largest values of all buckets but the last."""

    __slots__ = ("_counts", "bounds", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.sum = 0.0
        self._counts = [0] * (len(self.bounds) + 1)

    def note(self, value: float) -> None:
        self._counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def num_values(self) -> int:
        return sum(self._counts)

    def up_to(self) -> list[int]:
        """How many values are at most each bound; the last number is that of all."""
        return list(accumulate(self._counts))
