"""Loads and answers as they cross between processes."""

from typing import Any

import orjson
import pytest

from benchmarks.loads import Answer, Answers, Load, LoadFailed, Request, Trigger


def test_a_load_arrives_as_it_was_sent() -> None:
    requests = (
        Request("{}", 5),
        Request("{}", 5, Trigger((0,), 3), Trigger.end_of(0), local_address="127.0.0.2"),
    )
    load = Load("127.0.0.1", 80, "/chat", requests, num_connections=4, time_limit_seconds=9)
    assert Load.from_json(orjson.loads(orjson.dumps(load))) == load


def test_answers_arrive_as_they_were_sent() -> None:
    answer = Answer(1.0, [2.0, 3.0], 4.0, 200, 5, 6, 7, 8)
    sent = Answers((answer,), begun_seconds=1.5, cpu_seconds=0.5)
    assert Answers.from_json(orjson.loads(orjson.dumps(sent))) == sent


def test_an_answer_is_timed_from_sending_to_its_first_text() -> None:
    answer = Answer(sent_seconds=1.0, piece_seconds=[3.0, 3.5, 5.0])
    assert answer.ttft_seconds == 2.0
    assert answer.gaps_seconds == [0.5, 1.5]


def test_pieces_count_as_tokens_where_the_server_told_no_number() -> None:
    answers = Answers((Answer(piece_seconds=[1, 2]), Answer(num_completion_tokens=5)), 0, 0)
    assert answers.num_completion_tokens == 7


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"error": "connection lost"}, "connection lost"),
        ({"status": 503}, "status 503"),
        ({"status": 200}, "without text"),
        ({"status": 200, "piece_seconds": [1.0], "num_completion_tokens": 3}, "3 tokens instead"),
    ],
)
def test_an_answer_that_cannot_be_measured_is_no_answer(
    fields: dict[str, Any], reason: str
) -> None:
    load = Load("127.0.0.1", 80, "/", (Request("{}", 4),))
    with pytest.raises(LoadFailed, match=reason):
        Answers((Answer(**fields),), 0, 0).check(load, is_exact=True)


def test_an_answer_that_was_given_up_is_as_it_should_be() -> None:
    load = Load("127.0.0.1", 80, "/", (Request("{}", 4),))
    Answers((Answer(was_given_up=True),), 0, 0).check(load, is_exact=True)


def test_a_server_of_the_users_may_answer_shorter() -> None:
    load = Load("127.0.0.1", 80, "/", (Request("{}", 4),))
    answer = Answer(status=200, piece_seconds=[1.0], num_completion_tokens=3)
    Answers((answer,), 0, 0).check(load, is_exact=False)
