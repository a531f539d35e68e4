"""What prompts share is computed once: told in `usage`, held once, and kept over a restart."""

import signal
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from settings import ROOT
from tests.acceptance.conftest import ServerProcess, started

BLOCK_TOKENS = 16
SYSTEM = (ROOT / "examples" / "analyst_prompt.txt").read_text(encoding="utf-8") * 5
QUESTIONS = [f"Bitcoin rose by {number} percent on Monday." for number in range(3, 9)]


async def ask(server: ServerProcess, question: str) -> Any:
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
        return await client.chat.completions.create(
            model="default",
            messages=[
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": question},
            ],
            temperature=0,
            max_tokens=60,
        )


def cached(completion: Any) -> int:
    return int(completion.usage.prompt_tokens_details.cached_tokens)


def stop(server: ServerProcess) -> None:
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0, server.output


@pytest.fixture
def flags() -> tuple[str, ...]:
    return ("--port", "0", "--log-level", "WARNING", "--prefix-disk-gb", "0.1")


async def test_a_shared_system_prompt_comes_from_the_cache_and_after_a_restart_from_disk(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    with started(tmp_path, *flags) as server:
        first = await ask(server, QUESTIONS[0])
        assert cached(first) == 0
        rest = [await ask(server, question) for question in QUESTIONS[1:]]
        num_shared = min(cached(completion) for completion in rest)
        assert num_shared >= first.usage.prompt_tokens - 4 * BLOCK_TOKENS
        again = await ask(server, QUESTIONS[0])
        assert cached(again) > num_shared
        assert again.choices == first.choices
        stop(server)
    with started(tmp_path, *flags) as server:
        after_restart = await ask(server, QUESTIONS[0])
        assert cached(after_restart) > num_shared
        assert after_restart.choices == first.choices
        stop(server)
