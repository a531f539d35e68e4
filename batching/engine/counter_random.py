"""Random numbers from a counter: a pure function of a seed and a position.

Thread: both.
"""

MASK = (1 << 64) - 1
GOLDEN_GAMMA = 0x9E3779B97F4A7C15

FLOAT32_MANTISSA_BITS = 24


def uniform_at(seed: int, position: int) -> float:
    """A number in [0, 1) for one position of one seeded sequence; the same on every backend.

    It is a multiple of 2**-24, so float32 holds it exactly and cannot round it up to 1.
    """
    return (random_bits(seed, position) >> (64 - FLOAT32_MANTISSA_BITS)) / (
        1 << FLOAT32_MANTISSA_BITS
    )


def random_bits(seed: int, position: int) -> int:
    """64 bits: output number `position` (from 0) of SplitMix64 started at `seed`.

    SplitMix64's state only counts, so any output can be computed without those before it.

    Source: https://prng.di.unimi.it/splitmix64.c
    """
    mixed = (seed + (position + 1) * GOLDEN_GAMMA) & MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
    return mixed ^ (mixed >> 31)
