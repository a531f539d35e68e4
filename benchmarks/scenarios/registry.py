"""Every scenario by its name, in the order of a run.

Thread: both (pure).
"""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import Row
from benchmarks.scenarios.decode import measure_decode, measure_growth
from benchmarks.session import Session


@dataclass(frozen=True, slots=True)
class Scenario:
    """A measurement that can be chosen with --only."""

    name: str
    about: str
    measure: Callable[[Session], list[Row]]


SCENARIOS = (
    Scenario("decode", "tokens/s over HTTP against the bare loop", measure_decode),
    Scenario("growth", "step time from 1 to 32 rows", measure_growth),
)
"""Those that share servers stand together."""
