"""Places: a limit that may change, in the order of asking."""

import asyncio

from jobs.places import Places


async def test_who_asked_first_is_first() -> None:
    places = Places(lambda: 1)
    await places.take()
    order: list[int] = []

    async def use(number: int) -> None:
        await places.take()
        order.append(number)
        places.give_back()

    tasks = [asyncio.create_task(use(number)) for number in range(3)]
    await asyncio.sleep(0)
    places.give_back()
    await asyncio.gather(*tasks)
    assert (order, places.num_taken) == ([0, 1, 2], 0)


async def test_a_higher_limit_lets_several_in_at_the_next_give_back() -> None:
    limit = 1
    places = Places(lambda: limit)
    await places.take()
    tasks = [asyncio.create_task(places.take()) for _ in range(3)]
    await asyncio.sleep(0)
    limit = 3
    places.give_back()
    await asyncio.gather(*tasks)
    assert places.num_taken == 3


async def test_a_lower_limit_lets_nobody_in() -> None:
    limit = 2
    places = Places(lambda: limit)
    await places.take()
    await places.take()
    waiting = asyncio.create_task(places.take())
    await asyncio.sleep(0)
    limit = 1
    places.give_back()
    await asyncio.sleep(0)
    assert not waiting.done()
    places.give_back()
    await waiting
    assert places.num_taken == 1


async def test_a_place_that_came_to_somebody_who_left_is_free_again() -> None:
    places = Places(lambda: 1)
    await places.take()
    left, stays = asyncio.create_task(places.take()), asyncio.create_task(places.take())
    await asyncio.sleep(0)
    places.give_back()  # it is on its way to `left`
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    await stays
    assert places.num_taken == 1
