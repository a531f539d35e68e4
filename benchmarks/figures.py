"""Measured values, what they must reach, and how they are judged.

Thread: both (pure).
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Must:
    """The bound that a figure has to keep."""

    bound: float
    is_at_most: bool

    def is_met_by(self, value: float) -> bool:
        return value <= self.bound if self.is_at_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.is_at_most else '≥'} {shown(self.bound)}"


def at_least(bound: float) -> Must:
    return Must(bound, is_at_most=False)


def at_most(bound: float) -> Must:
    return Must(bound, is_at_most=True)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some repetitions, and how far they lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        if self.low == self.high:
            return shown(self.median)
        return f"{shown(self.median)} ({shown(self.low)}–{shown(self.high)})"


@dataclass(frozen=True, slots=True)
class Series:
    """What one side gave, one value for each repetition."""

    name: str
    unit: str
    values: tuple[float, ...]

    @property
    def spread(self) -> Spread:
        return Spread.of(self.values)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: the values that are judged, and the series that they come from."""

    what: str
    values: tuple[float, ...]
    unit: str = ""
    must: Must | None = None
    series: tuple[Series, ...] = ()
    note: str = ""

    @property
    def spread(self) -> Spread:
        return Spread.of(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether the median keeps the bound; None where there is no bound."""
        return self.must.is_met_by(self.spread.median) if self.must else None


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A row of the table that has no figure, and why."""

    what: str
    reason: str
    must: Must | None = None


Row = Figure | NotMeasured


def ratio(
    what: str, over: Series, under: Series, *, must: Must | None = None, note: str = ""
) -> Figure:
    """One side over the other, repetition by repetition: what disturbs both cancels out."""
    values = tuple(above / below for above, below in zip(over.values, under.values, strict=True))
    return Figure(what, values, unit="×", must=must, series=(over, under), note=note)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below so many percent of them."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__trunc__() - 1)]


def shown(value: float) -> str:
    """Three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return text if "e" not in text else f"{value:.6f}".rstrip("0")
