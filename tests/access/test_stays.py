"""Requests that end with their key, and those whose client leaves at the same time."""

import asyncio

import pytest

from access.errors import NotAdmitted
from access.keys import ApiKey
from access.stays import Stays

KEY = ApiKey("nas", "d", 1)
REVOKED = NotAdmitted("revoked")


async def answer(stays: Stays, *, streams: bool = False) -> str:
    """As a handler does it: a stream tells its client before the middleware could."""
    stay = stays.begin(KEY)
    try:
        with stay:
            try:
                with stay:
                    await asyncio.Event().wait()
            except NotAdmitted as error:
                if not streams:
                    raise
                await asyncio.sleep(0)
                return f"frame: {error}"
    finally:
        stays.over(stay)
    return ""


async def begin(stays: Stays, **options: bool) -> asyncio.Task[str]:
    task = asyncio.create_task(answer(stays, **options))
    await asyncio.sleep(0)
    return task


async def test_the_end_of_a_key_is_an_error_wherever_its_request_waits() -> None:
    stays = Stays()
    task = await begin(stays)
    [stay] = stays
    stay.end(REVOKED)
    stay.end(NotAdmitted("again"))
    with pytest.raises(NotAdmitted, match="revoked"):
        await task
    assert [*stays] == []


async def test_a_stream_may_still_say_so() -> None:
    stays = Stays()
    task = await begin(stays, streams=True)
    [stay] = stays
    stay.end(REVOKED)
    assert await task == "frame: revoked"


@pytest.mark.parametrize("order", ["client first", "key first"])
async def test_a_client_that_leaves_meanwhile_is_a_client_that_left(order: str) -> None:
    stays = Stays()
    task = await begin(stays)
    [stay] = stays
    if order == "client first":
        task.cancel()
    stay.end(REVOKED)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [*stays] == []


async def test_a_client_that_leaves_is_no_error_of_its_key() -> None:
    task = await begin(Stays())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
