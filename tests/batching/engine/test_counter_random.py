"""Counter-based random numbers: fixed values, range, evenness."""

from hypothesis import given
from hypothesis import strategies as st

from batching.engine.counter_random import random_bits, uniform_at

SEEDS = st.integers(min_value=-(2**63), max_value=2**64 - 1)


def test_bits_are_those_of_splitmix64() -> None:
    # Source: the C reference, https://prng.di.unimi.it/splitmix64.c, with the state 1234567.
    assert [random_bits(1234567, position) for position in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_uniforms_never_change_between_versions() -> None:
    assert [uniform_at(42, position) for position in range(3)] == [
        0.7415648698806763,
        0.1599103808403015,
        0.27860110998153687,
    ]


@given(seed=SEEDS, position=st.integers(min_value=0, max_value=10**6))
def test_a_uniform_is_below_one_and_exact_in_float32(seed: int, position: int) -> None:
    uniform = uniform_at(seed, position)
    assert 0 <= uniform < 1
    assert (uniform * 2**24).is_integer()


def test_uniforms_fill_64_bins_evenly_along_positions_and_along_seeds() -> None:
    # Chi-square with 63 degrees of freedom over 64,000 numbers; 120 is exceeded once in 50,000.
    for numbers in (
        [uniform_at(0, position) for position in range(64_000)],
        [uniform_at(seed, 0) for seed in range(64_000)],
    ):
        bins = [0] * 64
        for number in numbers:
            bins[int(number * 64)] += 1
        assert sum((count - 1000) ** 2 / 1000 for count in bins) < 120
