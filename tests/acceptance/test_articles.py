"""The use that Hearth is made for: the NAS client's articles are analysed while people chat."""

import asyncio
import json
import random
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from settings import ROOT
from tests.acceptance.conftest import ServerProcess
from tests.acceptance.prompts import HELDOUT_FILE, QUESTIONS, heldout_articles, question

STRIDE = {"bare": 2, "all": 1}
"""By tier: every which of the hundred held-out articles is analysed."""

NUM_CHATTING = 4
NUM_BEFORE_THE_KILL = 15
LEAST_VALID = 0.95
LEAST_RIGHT = 0.75
"""Coin and sentiment both; the bundled model reaches 0.79."""


async def chat_on(client: AsyncOpenAI, rng: random.Random) -> None:
    """Ask one question after the other and read the answers as they come."""
    while True:
        stream = await client.chat.completions.create(
            model="default",
            messages=question(rng.choice(QUESTIONS)),
            stream=True,
            max_tokens=80,
        )
        async with stream:
            async for _ in stream:
                pass


async def start_nas_client(
    server: ServerProcess, articles: Path, results: Path
) -> asyncio.subprocess.Process:
    script = ROOT / "examples" / "nas_client.py"
    options = ["--results", str(results), "--base-url", f"{server.url}/v1", "--max-tokens", "120"]
    return await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(articles), *options
    )


async def analyse_with_one_kill(server: ServerProcess, articles: Path, results: Path) -> None:
    """Run the client, kill it on the way, and run it again to the end."""
    nas = await start_nas_client(server, articles, results)
    async with asyncio.timeout(300):
        while not results.exists() or results.read_bytes().count(b"\n") < NUM_BEFORE_THE_KILL:
            await asyncio.sleep(0.05)
        nas.send_signal(signal.SIGKILL)
        await nas.wait()
        nas = await start_nas_client(server, articles, results)
        assert await nas.wait() == 0


def read_results(results: Path) -> dict[str, dict[str, Any]]:
    """Each article's line; an id that is there twice is a fault."""
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    by_id = {line["id"]: line for line in lines}
    assert len(by_id) == len(lines)
    return by_id


async def test_every_article_is_answered_once_and_well_while_four_clients_chat(
    server: ServerProcess, client: AsyncOpenAI, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    stride = STRIDE[pytestconfig.getoption("--tier")]
    articles = heldout_articles()[::stride]
    lines = HELDOUT_FILE.read_bytes().splitlines(keepends=True)[::stride]
    (tmp_path / "articles.jsonl").write_bytes(b"".join(lines))
    chats = [
        asyncio.create_task(chat_on(client, random.Random(seed))) for seed in range(NUM_CHATTING)
    ]
    try:
        await analyse_with_one_kill(server, tmp_path / "articles.jsonl", tmp_path / "results.jsonl")
    finally:
        broken = [chat for chat in chats if chat.done()]
        for chat in chats:
            chat.cancel()
        await asyncio.gather(*chats, return_exceptions=True)
    assert not broken
    results = read_results(tmp_path / "results.jsonl")
    assert set(results) == {article.id for article in articles}
    num_valid = sum(result["valid"] for result in results.values())
    num_right = sum(
        results[article.id]["valid"]
        and results[article.id]["answer"].get("coin") == article.coin
        and results[article.id]["answer"].get("sentiment") == article.sentiment
        for article in articles
    )
    print(f"valid JSON {num_valid}, coin and sentiment right {num_right} of {len(articles)}")
    assert num_valid >= LEAST_VALID * len(articles)
    assert num_right >= LEAST_RIGHT * len(articles)
