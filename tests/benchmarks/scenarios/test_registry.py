"""The list of scenarios."""

from benchmarks.scenarios.registry import SCENARIOS


def test_every_name_is_given_once() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
