"""Log probabilities through the whole server, with its cache and its batch, are the model's own."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

from openai import AsyncOpenAI

from settings import ROOT
from tests.acceptance.prompts import fifty_prompts

NUM_PROMPTS = 16
MAX_TOKENS = 64

Recomputed = list[list[float]]


def recomputed(tokens: list[tuple[list[int], list[int]]]) -> Recomputed:
    """The log probabilities of answers, by a forward for each prompt with its answer."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.logprob_reference"],
        input=json.dumps(tokens),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    answers: Recomputed = json.loads(ended.stdout)
    return answers


async def ask(client: AsyncOpenAI, index: int) -> Any:
    """With settings that change what is drawn, and must not change what is reported."""
    return await client.chat.completions.create(
        model="default",
        messages=fifty_prompts()[index],
        max_tokens=MAX_TOKENS,
        temperature=(0.0, 0.8, 1.5)[index % 3],
        frequency_penalty=index % 2,
        seed=index,
        logprobs=True,
        top_logprobs=2,
        extra_body={"return_token_ids": True, "min_tokens": 8},
    )


async def test_they_equal_a_full_recompute_though_cached_and_batched(client: AsyncOpenAI) -> None:
    await asyncio.gather(*(ask(client, index) for index in range(NUM_PROMPTS)))
    answers = await asyncio.gather(*(ask(client, index) for index in range(NUM_PROMPTS)))
    assert sum(answer.usage.prompt_tokens_details.cached_tokens for answer in answers) > 1000
    tokens = [(answer.prompt_token_ids, answer.choices[0].token_ids) for answer in answers]
    errors = []
    for answer, exact in zip(answers, recomputed(tokens), strict=True):
        entries = answer.choices[0].logprobs.content
        errors += [
            abs(entry.logprob - value)
            for entry, value in zip(entries, exact, strict=False)  # a stop token is not returned
        ]
        assert len(entries) >= len(exact)
    print(f"{len(errors)} log probabilities, at most {max(errors):.1e} off")
    assert len(errors) > 200
    assert max(errors) < 1e-4
