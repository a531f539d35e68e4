"""Running scenarios: one that fails does not take the others with it."""

from pathlib import Path

from benchmarks.figures import Figure, Row
from benchmarks.loads import LoadFailed
from benchmarks.runner import run_scenarios
from benchmarks.scenarios.registry import Scenario
from benchmarks.session import Options, Session


def succeed(session: Session) -> list[Row]:
    return [Figure("figure", (1.0,))]


def fail(session: Session) -> list[Row]:
    raise LoadFailed("2 of 3 requests failed: status 503")


def test_a_scenario_that_fails_is_told_and_the_next_one_runs(tmp_path: Path) -> None:
    scenarios = [Scenario("bad", "fails", fail), Scenario("good", "works", succeed)]
    with Session(Options(), folder=tmp_path) as session:
        bad, good = run_scenarios(session, scenarios)
    assert (bad.rows, bad.error) == ([], "2 of 3 requests failed: status 503")
    assert ([row.what for row in good.rows], good.error) == (["figure"], "")


def test_sides_are_measured_in_turn_in_an_order_that_turns_round(tmp_path: Path) -> None:
    measured = []

    def measure(side: str) -> int:
        measured.append(side)
        return len(measured)

    with Session(Options(repetitions=3), folder=tmp_path) as session:
        values = session.alternate(["a", "b"], measure)
    assert measured == ["a", "b", "b", "a", "a", "b"]
    assert values == [(1, 4, 5), (2, 3, 6)]
