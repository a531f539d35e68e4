"""Keys, limits, certificate and log level change while 20 streams run; no other stream is hurt."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import aiohttp

from commands.keys import main as keys
from tests.acceptance.conftest import CHAT, ServerProcess, started
from tests.acceptance.test_tls import BODY, FAKE, shown
from tests.tls.conftest import write_pair

NUM_STAYING = 19
SOON_SECONDS = 1.0
"""Within which every change must have its effect."""


def ask_keys(folder: Path, *arguments: str) -> str:
    """What `./run.sh keys` prints."""
    printed = StringIO()
    with redirect_stdout(printed):
        assert keys(["--data-dir", str(folder), *arguments]) == 0
    return printed.getvalue()


def new_key(folder: Path, name: str, *flags: str) -> dict[str, str]:
    """The header of a key that is made."""
    words = ask_keys(folder, "add", name, *flags).split()
    [secret] = [word for word in words if word.startswith("hearth-")]
    return {"Authorization": f"Bearer {secret}"}


async def soon(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        while not await is_so():
            await asyncio.sleep(0.02)


async def test_changes_have_their_effect_within_a_second(tmp_path: Path) -> None:
    stays, goes = new_key(tmp_path, "stays"), new_key(tmp_path, "goes")
    admin = new_key(tmp_path, "admin", "--scopes", "admin")
    pair = write_pair(tmp_path / "pair")
    tls = ("--tls-cert", str(pair.certificate), "--tls-key", str(pair.key))
    flags = ("--port", "0", "--max-slots", "20", "--require-key", "always")
    with started(tmp_path, *tls, *flags, program=FAKE) as server:
        async with aiohttp.ClientSession(server.url) as http:
            begun = asyncio.Semaphore(0)

            async def stream(key: dict[str, str]) -> bytes:
                async with http.post(CHAT, json=BODY, headers=key, ssl=False) as response:
                    assert response.status == 200
                    await response.content.readany()
                    begun.release()
                    return await response.read()

            staying = [asyncio.create_task(stream(stays)) for _ in range(NUM_STAYING)]
            going = asyncio.create_task(stream(goes))
            async with asyncio.timeout(10):
                for _ in range(NUM_STAYING + 1):
                    await begun.acquire()
            await change_everything(tmp_path, server, http, going, stays=stays, admin=admin)
            assert not any(task.done() for task in staying)
            for text in await asyncio.gather(*staying):
                assert text.endswith(b"data: [DONE]\n\n")


async def change_everything(
    folder: Path,
    server: ServerProcess,
    http: aiohttp.ClientSession,
    going: asyncio.Task[bytes],
    *,
    stays: dict[str, str],
    admin: dict[str, str],
) -> None:
    ask_keys(folder, "revoke", "goes")
    async with asyncio.timeout(SOON_SECONDS):
        rest = await going
    assert b"revoked" in rest
    assert b"[DONE]" not in rest

    async def limit() -> bool:
        # All slots are taken: what is refused tells at once.
        async with http.post(CHAT, json={}, headers=stays, ssl=False) as response:
            return response.headers.get("x-ratelimit-limit-requests") == "50"

    ask_keys(folder, "change", "stays", "--requests-per-minute", "50")
    await soon(limit)

    level = {"level": "DEBUG"}
    async with http.put("/admin/log-level", json=level, headers=admin, ssl=False) as response:
        assert await response.json() == {"level": "DEBUG", "modules": {}}
    async with http.get("/health", ssl=False) as response:
        await response.read()

    async def shows_debug() -> bool:
        return "route=GET /health" in server.output

    await soon(shows_debug)

    async def is_second() -> bool:
        return await shown(server) == "second"

    write_pair(folder / "pair", name="second")
    await soon(is_second)
