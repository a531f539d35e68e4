"""Prompts for the bundled model: articles and questions, and how the tests ask."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import ROOT

HELDOUT_FILE = Path(__file__).parent.parent / "data" / "heldout_articles.jsonl"
ANALYST_PROMPT = (ROOT / "examples" / "analyst_prompt.txt").read_text(encoding="utf-8").strip()

QUESTIONS = (
    "What is Hearth?",
    "How do I stop the server?",
    "Which port does it use?",
    "안녕하세요! 무엇을 할 수 있나요?",
    "Hello 😀",
    "Count to ten.",
    "Who are you?",
    "Which model is this?",
    "Write one sentence about the sea.",
    "thanks",
)

Messages = list[Any]
"""As the official client takes them; its types are one per role."""


@dataclass(frozen=True)
class Article:
    """A held-out article with what its analysis must say."""

    id: str
    text: str
    coin: str
    sentiment: str

    @property
    def messages(self) -> Messages:
        system = {"role": "system", "content": ANALYST_PROMPT}
        return [system, {"role": "user", "content": self.text}]


def heldout_articles() -> list[Article]:
    lines = HELDOUT_FILE.read_text(encoding="utf-8").splitlines()
    return [Article(**json.loads(line)) for line in lines]


def question(text: str) -> Messages:
    return [{"role": "user", "content": text}]


def fifty_prompts() -> list[Messages]:
    """Short and long, English and Korean, with and without a system message."""
    articles = [article.messages for article in heldout_articles()[:40]]
    return [*articles, *map(question, QUESTIONS)]
