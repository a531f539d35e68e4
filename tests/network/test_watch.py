"""New addresses are acted on when they come, and only then."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from network.addresses import LanAddress
from network.watch import POLL_SECONDS, follow_addresses

HOME = (LanAddress("192.168.1.20", "en0"),)
ELSEWHERE = (LanAddress("10.0.0.9", "en0"),)


async def acted_on(*found: tuple[LanAddress, ...]) -> list[tuple[LanAddress, ...]]:
    """What is acted on, as the addresses go from poll to poll."""
    polls: Iterator[tuple[LanAddress, ...]] = iter(found)
    acted: list[tuple[LanAddress, ...]] = []
    num_polls_left = len(found)

    async def act(addresses: tuple[LanAddress, ...]) -> None:
        acted.append(addresses)

    async def sleep(seconds: float) -> None:
        nonlocal num_polls_left
        assert seconds == POLL_SECONDS
        num_polls_left -= 1
        if not num_polls_left:
            raise asyncio.CancelledError

    with suppress(asyncio.CancelledError):
        await follow_addresses(lambda: next(polls), act, sleep=sleep)
    return acted


async def test_the_first_addresses_are_acted_on_even_if_there_are_none() -> None:
    assert await acted_on(()) == [()]
    assert await acted_on(HOME) == [HOME]


async def test_the_same_addresses_again_are_no_change() -> None:
    assert await acted_on(HOME, HOME, HOME) == [HOME]


async def test_a_lost_network_and_another_one_are_changes() -> None:
    assert await acted_on(HOME, (), (), ELSEWHERE, HOME) == [HOME, (), ELSEWHERE, HOME]
