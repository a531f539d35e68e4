"""Runs scenarios one after another; one that fails does not take the others with it.

Thread: both (the driving process).
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Row
from benchmarks.loads import LoadFailed
from benchmarks.scenarios.registry import Scenario
from benchmarks.session import Session
from benchmarks.targets import ServerFailed
from benchmarks.worker_process import WorkerDied


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario gave, or why it failed."""

    name: str
    about: str
    seconds: float
    rows: list[Row] = field(default_factory=list)
    error: str = ""


def run_scenarios(session: Session, scenarios: Sequence[Scenario]) -> Iterator[Result]:
    """Measure them all, one for each step of the iterator."""
    for number, scenario in enumerate(scenarios, start=1):
        session.say(f"{number} of {len(scenarios)}, {scenario.name}: {scenario.about}")
        yield _run(session, scenario)


def _run(session: Session, scenario: Scenario) -> Result:
    begun = time.monotonic()
    rows: list[Row] = []
    error = ""
    try:
        rows = scenario.measure(session)
    except (LoadFailed, ServerFailed, WorkerDied) as problem:
        error = str(problem)
        session.say(f"  failed: {error}")
        # What is left of its servers is of no use to the next scenario.
        session.stop_servers()
    seconds = round(time.monotonic() - begun, 1)
    return Result(scenario.name, scenario.about, seconds, rows, error)
