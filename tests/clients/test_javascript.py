"""OpenAI's client for JavaScript, and Vercel's AI SDK."""

import subprocess
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.acceptance.conftest import ServerProcess
from tests.api.conftest import Api
from tests.clients.cases import ANSWER, CALL, WEATHER, Verdict
from tests.clients.conftest import is_freed
from tests.clients.programs import Program, running

JS = Path(__file__).parent / "js"
OLDEST_NODE = 20

Ask = Callable[[str, str], AbstractAsyncContextManager[Program]]
"""Runs a case against the server at a URL."""


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    if not (JS / "node_modules").exists():
        pytest.skip("the JavaScript clients are not there: install Node.js 22, ./run.sh test --all")


@pytest.fixture(params=["openai.mjs", "ai_sdk.mjs"])
def ask(request: pytest.FixtureRequest, need_tool: Callable[[str], str]) -> Ask:
    node = need_tool("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node.js {version.strip()} is too old: install Node.js 22 and run again")
    return lambda url, case: running(node, JS / request.param, f"{url}/v1", case)


async def test_a_chat(api: Api, ask: Ask) -> None:
    api.will_say("Hello you 😀")
    async with ask(api.url, "chat") as program:
        assert await program.finding() == "Hello you 😀"


async def test_a_stream(api: Api, ask: Ask) -> None:
    api.will_say("Hello you 😀")
    async with ask(api.url, "stream") as program:
        assert await program.finding() == "Hello you 😀"


async def test_a_tool_loop(api: Api, ask: Ask) -> None:
    api.will_say(CALL, ANSWER)
    async with ask(api.url, "tools") as program:
        assert await program.finding() == ANSWER
    assert WEATHER in api.last_prompt


async def test_structured_output(server: ServerProcess, ask: Ask) -> None:
    async with ask(server.url, "structured") as program:
        Verdict.model_validate(await program.finding())


async def test_an_error_is_the_clients_own_with_our_message(api: Api, ask: Ask) -> None:
    async with ask(api.url, "error") as program:
        finding = await program.finding()
    assert finding["isOwn"], finding
    assert "'gpt-4o' is not served here" in finding["message"]


async def test_an_error_within_a_stream_is_seen(api: Api, ask: Ask) -> None:
    _, second, *_ = api.will_say("one two three")
    api.faults.fail_with_token(second, RuntimeError("boom"))
    async with ask(api.url, "stream") as program:
        finding = await program.finding()
    assert finding["isOwn"], finding
    assert "The model failed" in finding["message"]


async def test_leaving_a_stream_frees_the_slot(api: Api, ask: Ask) -> None:
    api.gate.close(after=3)
    async with ask(api.url, "leave") as program:
        assert await program.finding() == "left"
        await is_freed(api)
