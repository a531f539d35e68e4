"""Whether memory still grows."""

import pytest

from benchmarks.soak.memory import MEGABYTE, MemorySample, growth, memory_table


def samples(*resident_mb: float, cache_mb: float = 0) -> list[MemorySample]:
    return [
        MemorySample(500 * index, int(each * MEGABYTE), int(cache_mb * index * MEGABYTE))
        for index, each in enumerate(resident_mb)
    ]


def test_what_grows_in_the_warm_up_does_not_count() -> None:
    found = growth(samples(100, 300, 400, 400, 400, 400), num_warm_up=1_000)
    assert found is not None
    assert found.percent == pytest.approx(0)


def test_a_leak_is_seen_through_noise() -> None:
    found = growth(samples(100, 300, 400, 412, 418, 432, 438, 450), num_warm_up=1_000)
    assert found is not None
    assert found.bytes_per_request * 500 == pytest.approx(9.8 * MEGABYTE, rel=0.05)
    assert found.percent == pytest.approx(100 * 49 / 425, rel=0.05)


def test_the_prefix_caches_own_growth_is_none_of_ours() -> None:
    grown = samples(*(400 + 10 * index for index in range(8)), cache_mb=10)
    found = growth(grown, num_warm_up=1_000)
    assert found is not None
    assert found.percent == pytest.approx(0, abs=1e-6)


def test_few_samples_give_no_answer() -> None:
    assert growth(samples(100, 200, 300, 400), num_warm_up=1_000) is None


def test_a_table_of_many_samples_has_the_first_and_the_last() -> None:
    lines = memory_table(samples(*range(100, 300)), num_lines=11)
    assert len(lines) == 2 + 11
    assert lines[2].startswith("| 0 | 100 |")
    assert lines[-1].startswith("| 99,500 | 299 |")
