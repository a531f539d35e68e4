"""Tokens per second while all streams decode."""

import pytest

from benchmarks.decode_rate import decode_rate, span_rate, step_seconds
from benchmarks.loads import Answer, Answers, LoadFailed


def stream(begin: float, num_pieces: int, gap: float, num_tokens: int | None = None) -> Answer:
    pieces = [begin + gap * index for index in range(num_pieces)]
    return Answer(piece_seconds=pieces, num_completion_tokens=num_tokens or num_pieces)


def answers(*streams: Answer) -> Answers:
    return Answers(streams, begun_seconds=0.0, cpu_seconds=0.0)


def test_the_rates_of_all_streams_add_up() -> None:
    both = answers(stream(0, 11, 0.5), stream(0, 11, 0.5))
    assert decode_rate(both) == pytest.approx(4)
    assert step_seconds(both) == pytest.approx(0.5)


def test_what_a_stream_does_alone_does_not_count() -> None:
    early = answers(stream(0, 5, 10.0), stream(40, 11, 0.5))
    with pytest.raises(LoadFailed):
        decode_rate(early)
    fast_alone = Answer(piece_seconds=[0, 0.1, 0.2, 0.3, 1, 2, 3], num_completion_tokens=7)
    assert decode_rate(answers(fast_alone, stream(1, 3, 1.0))) == pytest.approx(2)


def test_several_tokens_in_a_piece_count_as_several() -> None:
    assert decode_rate(answers(stream(0, 5, 1.0, num_tokens=10))) == pytest.approx(2)


def test_streams_one_after_another_have_no_rate() -> None:
    with pytest.raises(LoadFailed, match="at the same time"):
        decode_rate(answers(stream(0, 5, 1.0), stream(100, 5, 1.0)))


def test_streams_one_after_another_have_a_rate_from_first_to_last() -> None:
    assert span_rate(answers(stream(0, 5, 1.0), stream(6, 5, 1.0))) == pytest.approx(8 / 10)


def test_for_streams_at_the_same_time_both_rates_are_the_same() -> None:
    both = answers(stream(0, 11, 0.5), stream(0, 11, 0.5))
    assert span_rate(both) == pytest.approx(decode_rate(both))


def test_tokens_that_all_come_at_once_have_no_rate() -> None:
    with pytest.raises(LoadFailed, match="at once"):
        span_rate(answers(stream(0, 1, 1.0, num_tokens=5)))
