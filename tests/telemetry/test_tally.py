"""Counting values between bounds."""

from telemetry.tally import Tally


def test_a_value_on_a_bound_counts_below_it() -> None:
    tally = Tally((1, 2))
    for value in (0.5, 1, 1.5, 2, 99):
        tally.note(value)
    assert tally.up_to() == [2, 4, 5]
    assert tally.sum == 104
    assert tally.num_values == 5


def test_a_new_tally_is_empty() -> None:
    assert Tally((1, 2)).up_to() == [0, 0, 0]
