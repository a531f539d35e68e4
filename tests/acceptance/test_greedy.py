"""Greedy answers equal mlx-lm's, alone and in a batch that others join and leave."""

import asyncio
import json
import os
import random
import subprocess
import sys
from typing import Any

import pytest
from openai import AsyncOpenAI

from settings import ROOT
from tests.acceptance.prompts import Messages, fifty_prompts

MAX_TOKENS = 48
NUM_CLIENTS = 8
SEED = 7

Answers = list[tuple[str, int]]


@pytest.fixture(scope="module")
def expected() -> Answers:
    """What mlx-lm answers to the fifty prompts: text and number of tokens."""
    asked = {"prompts": fifty_prompts(), "max_tokens": MAX_TOKENS}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.reference"],
        input=json.dumps(asked),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    return [(text, num_tokens) for text, num_tokens in json.loads(ended.stdout)]


async def ask(client: AsyncOpenAI, messages: Messages, **fields: Any) -> tuple[str, int]:
    completion: Any = await client.chat.completions.create(
        model="default",
        messages=messages,
        max_tokens=MAX_TOKENS,
        **fields,
    )
    return completion.choices[0].message.content, completion.usage.completion_tokens


async def ask_and_leave(client: AsyncOpenAI, messages: Messages, *, num_chunks: int) -> None:
    """Read a few chunks of a stream and go."""
    stream = await client.chat.completions.create(
        model="default",
        messages=messages,
        stream=True,
        temperature=1.0,
    )
    async for _ in stream:
        num_chunks -= 1
        if num_chunks < 0:
            break
    await stream.close()


async def test_greedy_answers_equal_those_of_mlx_lm(client: AsyncOpenAI, expected: Answers) -> None:
    answers = [await ask(client, messages, temperature=0) for messages in fifty_prompts()]
    assert answers == expected


async def test_greedy_answers_are_the_same_while_others_join_and_leave(
    client: AsyncOpenAI, expected: Answers
) -> None:
    rng = random.Random(SEED)
    prompts = fifty_prompts()
    order = rng.sample(range(len(prompts)), len(prompts))
    answers: dict[int, tuple[str, int]] = {}

    async def work() -> None:
        while order:
            index = order.pop()
            if rng.random() < 0.5:
                other = rng.choice(prompts)
                await ask_and_leave(client, other, num_chunks=rng.randrange(12))
            answers[index] = await ask(client, prompts[index], temperature=0)

    async with asyncio.TaskGroup() as clients:
        for _ in range(NUM_CLIENTS):
            clients.create_task(work())
    assert [answers[index] for index in range(len(prompts))] == expected


async def test_a_seed_gives_the_same_text_alone_and_among_seven_others(
    client: AsyncOpenAI,
) -> None:
    prompts = fifty_prompts()[::7][:NUM_CLIENTS]
    seeded = [
        (messages, {"seed": seed, "temperature": 1.0}) for seed, messages in enumerate(prompts)
    ]
    alone = [await ask(client, messages, **sampling) for messages, sampling in seeded]
    among = await asyncio.gather(
        *(ask(client, messages, **sampling) for messages, sampling in seeded)
    )
    assert among == alone
