"""The sampling benchmark on a small vocabulary: both sides run, and the ratio is theirs."""

from benchmarks.sampling import GREEDY, MIXED, StepTimes, measure_sampling


def test_every_set_is_timed_on_both_sides() -> None:
    times = measure_sampling(num_steps=2, vocab_size=1000)
    for each in (times.mixed, times.fitting, times.greedy):
        assert each.hearth_seconds > 0
        assert each.mlx_lm_seconds > 0
    assert (times.mixed.max_ratio, times.fitting.max_ratio, times.greedy.max_ratio) == (
        1 / 2,
        1 / 4,
        1 / 10,
    )


def test_a_ratio_is_ours_over_theirs() -> None:
    times = StepTimes(hearth_seconds=0.01, mlx_lm_seconds=0.04, max_ratio=0.5)
    assert times.ratio == 0.25
    assert "0.250" in str(times)


def test_the_sets_are_of_sixteen_rows() -> None:
    assert len(MIXED) == len(GREEDY) == 16
