"""Admission by memory, in tokens."""

import pytest

from batching.engine.sampling_params import SamplingParams
from batching.messages import StopRules, Submit
from batching.token_room import ANSWER_TOKENS, TokenRoom, cells, tokens_to_reserve


def request(name: str = "a", *, num_prompt: int = 100, max_tokens: int = 50) -> Submit:
    return Submit(name, (1,) * num_prompt, SamplingParams(), StopRules(max_tokens))


def test_rows_of_a_batch_are_as_long_as_the_longest() -> None:
    assert cells([]) == 0
    assert cells([10, 100, 30]) == 300


def test_a_request_reserves_its_prompt_and_its_limit() -> None:
    assert tokens_to_reserve(request(num_prompt=100, max_tokens=50)) == 150


@pytest.mark.parametrize(
    ("num_prompt", "max_tokens", "reserved"),
    [(100, 30_000, 4096), (5000, 27_000, 5000 + ANSWER_TOKENS), (100, 1000, 1100)],
)
def test_a_limit_that_is_hardly_ever_reached_reserves_a_fixed_amount(
    num_prompt: int, max_tokens: int, reserved: int
) -> None:
    asked = request(num_prompt=num_prompt, max_tokens=max_tokens)
    assert tokens_to_reserve(asked) == reserved


def test_eight_chats_without_a_limit_fit_into_eight_times_the_fixed_amount() -> None:
    room = TokenRoom(8 * 4096)
    for number in range(8):
        chat = request(f"chat{number}", max_tokens=30_000)
        assert room.fits(chat)
        room.take(chat)
    assert room.num_reserved == 8 * 4096
    assert not room.fits(request("one more"))


def test_what_is_given_back_can_be_taken_again() -> None:
    room = TokenRoom(300)
    room.take(request("a"))
    room.take(request("b"))
    assert not room.fits(request("c"))
    room.give_back("a")
    room.give_back("unknown")
    assert room.fits(request("c"))


def test_a_long_request_counts_for_every_row_beside_it() -> None:
    room = TokenRoom(1000)
    room.take(request("short"))
    assert not room.fits(request("long", num_prompt=500, max_tokens=100))
    assert room.fits(request("medium", num_prompt=400, max_tokens=100))


def test_alone_a_request_always_fits() -> None:
    assert TokenRoom(10).fits(request())
