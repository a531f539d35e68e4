"""The use that Hearth is made for: analyses of articles while people chat."""

import asyncio
import json
import random

import pytest
from openai import AsyncOpenAI

from tests.acceptance.prompts import QUESTIONS, Article, heldout_articles, question

NUM_CHATTING = 4
MAX_TOKENS = 120
"""More than twice what an analysis has."""
LEAST_VALID = 0.95
LEAST_RIGHT = 0.75


async def analyse(client: AsyncOpenAI, article: Article) -> str:
    completion = await client.chat.completions.create(
        model="default",
        messages=article.messages,
        temperature=0,
        max_tokens=MAX_TOKENS,
    )
    assert len(completion.choices) == 1
    return completion.choices[0].message.content or ""


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


def parsed(answer: str) -> dict[str, object]:
    """The analysis; empty where the answer is no JSON object with the three keys."""
    try:
        analysis = json.loads(answer)
    except ValueError:
        return {}
    is_valid = isinstance(analysis, dict) and set(analysis) == {"coin", "sentiment", "reason"}
    return analysis if is_valid else {}


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    """Filled by the first test: the answer to each article, by its id."""
    return {}


async def test_every_article_is_answered_once_while_four_clients_chat(
    client: AsyncOpenAI, answers: dict[str, str]
) -> None:
    chats = [
        asyncio.create_task(chat_on(client, random.Random(seed))) for seed in range(NUM_CHATTING)
    ]
    try:
        for article in heldout_articles():
            answers[article.id] = await analyse(client, article)
    finally:
        broken = [chat for chat in chats if chat.done()]
        for chat in chats:
            chat.cancel()
        await asyncio.gather(*chats, return_exceptions=True)
    assert not broken
    assert len(answers) == len(heldout_articles()) == 100


def test_the_analyses_are_json_and_name_the_right_coin_and_sentiment(
    answers: dict[str, str],
) -> None:
    articles = heldout_articles()
    analyses = {article.id: parsed(answers[article.id]) for article in articles}
    num_valid = sum(map(bool, analyses.values()))
    num_right = sum(
        analyses[article.id].get("coin") == article.coin
        and analyses[article.id].get("sentiment") == article.sentiment
        for article in articles
    )
    assert num_valid >= LEAST_VALID * len(articles)
    assert num_right >= LEAST_RIGHT * len(articles)
