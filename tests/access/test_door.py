"""Whose running requests end when keys, or the key of tokens, change."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from access.door import Door, DoorRules
from access.errors import NotAdmitted
from access.key_file import KeyFile
from access.key_ring import KeyRing
from access.keys import ApiKey, digest_of
from access.tokens import TokenRules

NOW = 1000.0
KEY = ApiKey("nas", digest_of("secret"), 1, expires_unix=2000)
TOKEN = ApiKey("token:nas", "", 0, expires_unix=2000)
RULES = TokenRules(b"s" * 32, "HS256")


def door_with(folder: Path, keys: Sequence[ApiKey]) -> Door:
    KeyFile(folder).change(lambda before: keys)
    ring = KeyRing(KeyFile(folder))
    ring.load()
    return Door(ring, DoorRules(tokens=RULES), now=lambda: NOW)


async def begin(door: Door, key: ApiKey) -> asyncio.Task[None]:
    """A request of this key that takes for ever."""

    async def answer() -> None:
        with door.stays.begin(key):
            await asyncio.Event().wait()

    task = asyncio.create_task(answer())
    await asyncio.sleep(0)
    return task


async def goes_on(task: asyncio.Task[None]) -> bool:
    """Whether it does; it ends with the test."""
    done, _ = await asyncio.wait([task], timeout=0.05)
    task.cancel()
    return not done


async def test_an_expiry_that_is_brought_forward_ends_what_runs(tmp_path: Path) -> None:
    door = door_with(tmp_path, [KEY])
    task = await begin(door, KEY)
    KeyFile(tmp_path).change(lambda keys: [replace(KEY, expires_unix=999)])
    await door.refresh()
    with pytest.raises(NotAdmitted, match="expired"):
        await task


async def test_an_expiry_that_is_put_off_keeps_what_runs(tmp_path: Path) -> None:
    late = replace(KEY, expires_unix=999)
    door = door_with(tmp_path, [late])
    task = await begin(door, late)
    KeyFile(tmp_path).change(lambda keys: [KEY])
    await door.refresh()
    assert await goes_on(task)


async def test_another_key_of_tokens_ends_what_tokens_run_and_nothing_else(tmp_path: Path) -> None:
    door = door_with(tmp_path, [KEY])
    by_token, by_key = await begin(door, TOKEN), await begin(door, KEY)
    door.change_tokens(replace(RULES, key=b"o" * 32))
    with pytest.raises(NotAdmitted, match="key of tokens"):
        await by_token
    assert await goes_on(by_key)


async def test_the_same_key_of_tokens_ends_nothing(tmp_path: Path) -> None:
    door = door_with(tmp_path, [])
    task = await begin(door, TOKEN)
    door.change_tokens(TokenRules(b"s" * 32, "HS256"))
    assert await goes_on(task)
