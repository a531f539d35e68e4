"""The measured speed of reading prompts."""

import pytest

from batching.prefill_speed import FIRST_GUESS, PrefillSpeed


def test_before_anything_is_measured_there_is_a_guess() -> None:
    assert PrefillSpeed().tokens_per_second(at=5000) == FIRST_GUESS


def test_the_first_measurement_replaces_the_guess() -> None:
    speed = PrefillSpeed()
    speed.note(100, at=0, seconds=0.05)
    assert speed.tokens_per_second(at=0) == pytest.approx(2000)
    assert speed.tokens_in(0.1, at=0) == 200
    assert speed.seconds_for(500, at=0) == pytest.approx(0.25)


def test_later_measurements_are_blended_in() -> None:
    speed = PrefillSpeed()
    speed.note(100, at=0, seconds=0.1)
    for _ in range(20):
        speed.note(100, at=0, seconds=0.2)
    assert speed.tokens_per_second(at=0) == pytest.approx(500, rel=0.01)


def test_a_long_context_has_a_speed_of_its_own() -> None:
    speed = PrefillSpeed()
    speed.note(100, at=0, seconds=0.1)
    speed.note(100, at=30_000, seconds=1.0)
    assert speed.tokens_per_second(at=100) == pytest.approx(1000)
    assert speed.tokens_per_second(at=20_000) == pytest.approx(100)


def test_a_band_without_measurements_takes_the_nearest() -> None:
    speed = PrefillSpeed()
    speed.note(100, at=0, seconds=0.1)
    speed.note(100, at=30_000, seconds=1.0)
    assert speed.tokens_per_second(at=300) == pytest.approx(1000)
    assert speed.tokens_per_second(at=100_000) == pytest.approx(100)


def test_chunks_that_say_nothing_about_speed_are_left_out() -> None:
    speed = PrefillSpeed()
    speed.note(1, at=0, seconds=0.1)
    speed.note(100, at=0, seconds=0.0)
    assert speed.tokens_per_second(at=0) == FIRST_GUESS


def test_when_the_time_is_over_no_token_fits() -> None:
    assert PrefillSpeed().tokens_in(-1.0, at=0) == 0
