"""Figures: medians, ratios, and whether they reach what they must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import (
    Figure,
    NotMeasured,
    Series,
    Spread,
    at_least,
    at_most,
    percentile,
    ratio,
    shown,
)


def test_the_median_is_judged_and_not_the_best_repetition() -> None:
    assert Figure("", (0.5, 0.9, 0.99), must=at_least(0.95)).is_met is False
    assert Figure("", (0.5, 0.96, 0.99), must=at_least(0.95)).is_met is True


@pytest.mark.parametrize(("value", "is_met"), [(1.9, True), (2.0, True), (2.1, False)])
def test_an_upper_bound_may_be_reached(value: float, is_met: bool) -> None:
    assert Figure("", (value,), must=at_most(2)).is_met is is_met


def test_a_figure_without_a_bound_is_not_judged() -> None:
    assert Figure("", (1.0,)).is_met is None


def test_a_ratio_is_taken_within_each_repetition() -> None:
    slow_then_fast = Series("a", "s", (10.0, 1.0))
    the_same_day = Series("b", "s", (5.0, 0.5))
    assert ratio("", slow_then_fast, the_same_day).values == (2.0, 2.0)


def test_sides_with_different_repetitions_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio("", Series("a", "", (1.0, 2.0)), Series("b", "", (1.0,)))


def test_a_row_without_a_figure_says_why() -> None:
    assert NotMeasured("lookup", "there is no cache", at_most(5)).reason == "there is no cache"


def test_bounds_and_spreads_are_written_for_people() -> None:
    assert str(at_least(0.95)) == "≥ 0.95"
    assert str(at_most(1 / 20)) == "≤ 0.05"
    assert str(Spread.of((3.0, 1.0, 2.0))) == "2 (1–3)"
    assert str(Spread.of((2.0,))) == "2"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.012345, "0.0123"), (1.5, "1.5"), (99.96, "100"), (12_345.6, "12,346")],
)
def test_three_digits_are_shown(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("value", [-1e-7, 1e-7, 2e-5])
def test_small_values_are_not_written_with_an_exponent(value: float) -> None:
    assert "e" not in shown(value)


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (95, 10), (90, 9), (0, 1), (100, 10)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert percentile(list(range(10, 0, -1)), percent) == value


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_so_many_percent_are_not_above_the_percentile(values: list[float], percent: float) -> None:
    at = percentile(values, percent)
    assert sum(value <= at for value in values) >= len(values) * percent / 100 - 1e-9
