"""What is learned from steps about their parts."""

import pytest

from batching.engine.sampling_params import SamplingParams
from batching.messages import StopRules, Submit
from batching.scheduler import PrefillChunk
from batching.sequence import Sequence
from batching.step_times import StepTimes


def chunk(num_tokens: int) -> PrefillChunk:
    submit = Submit("a", (1,) * 1000, SamplingParams(), StopRules(max_tokens=9))
    return PrefillChunk(Sequence(submit), num_tokens)


def test_nothing_is_known_of_decodes_before_the_first() -> None:
    assert StepTimes().decode_seconds(3) == 0


def test_a_decode_takes_as_long_as_one_of_nearly_as_many_rows() -> None:
    times = StepTimes()
    times.note_decode(1, seconds=0.01)
    times.note_decode(16, seconds=0.04)
    assert (times.decode_seconds(4), times.decode_seconds(12)) == (0.01, 0.04)


def test_later_decodes_are_blended_in() -> None:
    times = StepTimes()
    times.note_decode(1, seconds=1.0)
    for _ in range(20):
        times.note_decode(1, seconds=0.01)
    assert times.decode_seconds(1) == pytest.approx(0.01, rel=0.1)


def test_a_step_that_is_mostly_prompt_tells_the_speed_of_prompts() -> None:
    times = StepTimes()
    for _ in range(30):
        times.note_decode(2, seconds=0.02)
        times.note_mixed(2, [chunk(60), chunk(20)], seconds=0.1)
    assert times.speed.tokens_per_second(at=0) == pytest.approx(1000, rel=0.02)
    assert times.decode_seconds(2) == pytest.approx(0.02, rel=0.02)


def test_decodes_without_chunks_say_how_a_mixed_step_is_divided() -> None:
    times = StepTimes()
    times.note_prefill(chunk(100), seconds=0.3)  # slow, and it is known of no rows
    for _ in range(30):
        times.note_decode(8, seconds=0.07)
        for _ in range(6):
            num_tokens = times.speed.tokens_in(0.1 - times.decode_seconds(8), at=0)
            times.note_mixed(8, [chunk(num_tokens)], seconds=0.07 + num_tokens / 600)
    assert times.decode_seconds(8) == pytest.approx(0.07, rel=0.1)
    assert times.speed.tokens_per_second(at=0) == pytest.approx(600, rel=0.2)


def test_a_step_that_is_mostly_rows_tells_how_long_they_take() -> None:
    times = StepTimes()
    times.note_prefill(chunk(100), seconds=0.1)
    times.note_decode(2, seconds=5.0)  # such as the first, which compiles kernels
    for _ in range(30):
        times.note_mixed(2, [chunk(10)], seconds=0.05)
    speed = times.speed.tokens_per_second(at=0)
    assert times.decode_seconds(2) + 10 / speed == pytest.approx(0.05, rel=0.05)
    assert 1000 <= speed < 3000  # what is left of the first decode is in it until the next one
    for _ in range(100):
        times.note_decode(2, seconds=0.04)
        times.note_mixed(2, [chunk(10)], seconds=0.05)
    assert times.decode_seconds(2) == pytest.approx(0.04, rel=0.05)
    assert times.speed.tokens_per_second(at=0) == pytest.approx(1000, rel=0.05)


def test_mixed_steps_keep_their_budget_when_nothing_is_known_of_decodes() -> None:
    times, budget_seconds = StepTimes(), 0.1
    for _ in range(30):
        num_tokens = times.speed.tokens_in(budget_seconds - times.decode_seconds(8), at=0)
        seconds = 0.04 + num_tokens / 1000
        times.note_mixed(8, [chunk(num_tokens)], seconds=seconds)
    assert seconds == pytest.approx(budget_seconds, rel=0.05)


def test_a_mixed_step_without_a_chunk_is_a_decode_also_when_nothing_is_known_yet() -> None:
    times = StepTimes()
    times.note_mixed(0, [], seconds=0.01)
    times.note_mixed(3, [], seconds=0.05)
    assert times.decode_seconds(3) == 0.05
