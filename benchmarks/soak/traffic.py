"""Random chats for the bundled model: long and short, alike and unlike, some given up.

Thread: both (pure, but for reading the example articles).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from settings import ROOT

ARTICLES = ROOT / "examples" / "articles"
ANALYST_PROMPT = ROOT / "examples" / "analyst_prompt.txt"

Kind = Literal["greedy", "seeded", "free"]
KINDS: tuple[Kind, ...] = ("greedy", "seeded", "free")
"""Of the first two the answer is known beforehand: it is the one that the request gets alone."""

COMPARED_PART = 0.02
GIVEN_UP_PART = 0.15
SHARED_PART = 0.6
STREAMED_PART = 0.7

NUM_SYSTEM_PROMPTS = 5
MAX_WORDS = 400
MAX_TOKENS = 64
MAX_PATIENCE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Chat:
    """One request. It is given up after `patience_seconds`, unless that is None; one that is
    `is_compared` is not given up."""

    messages: tuple[tuple[str, str], ...]
    max_tokens: int
    kind: Kind
    temperature: float
    top_p: float
    seed: int | None
    streams: bool
    patience_seconds: float | None
    is_compared: bool

    def body(self) -> dict[str, object]:
        """As the server wants it."""
        body: dict[str, object] = {
            "model": "default",
            "messages": [{"role": role, "content": text} for role, text in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "stream": self.streams,
        }
        return body if self.seed is None else {**body, "seed": self.seed}


class Traffic:
    """Draws chats; the same seed gives the same ones."""

    def __init__(self, *, seed: int) -> None:
        self._random = random.Random(seed)
        self._words = [
            word for file in sorted(ARTICLES.glob("*.txt")) for word in _text(file).split()
        ]
        analyst = _text(ANALYST_PROMPT)
        # They begin alike, as the prompts of one program's versions do.
        self._system_prompts = [
            f"{analyst} {self._some_words(30 * index)}" for index in range(NUM_SYSTEM_PROMPTS)
        ]

    def chats(self, num_chats: int) -> Iterator[Chat]:
        for _ in range(num_chats):
            yield self._chat()

    def _chat(self) -> Chat:
        chance = self._random.random
        kind: Kind = self._random.choice(KINDS)
        is_compared = kind != "free" and chance() < COMPARED_PART * len(KINDS) / 2
        is_given_up = not is_compared and chance() < GIVEN_UP_PART
        return Chat(
            messages=self._messages(),
            max_tokens=self._random.randint(1, MAX_TOKENS),
            kind=kind,
            temperature=0.0 if kind == "greedy" else self._random.uniform(0.3, 1.5),
            top_p=self._random.choice((1.0, 0.95, 0.8)),
            seed=self._random.randrange(2**31) if kind == "seeded" else None,
            streams=chance() < STREAMED_PART,
            patience_seconds=self._random.uniform(0, MAX_PATIENCE_SECONDS) if is_given_up else None,
            is_compared=is_compared,
        )

    def _messages(self) -> tuple[tuple[str, str], ...]:
        # As many short ones as long ones, by orders of magnitude.
        num_words = round(MAX_WORDS ** self._random.random())
        user = ("user", self._some_words(num_words))
        if self._random.random() >= SHARED_PART:
            return (user,)
        return (("system", self._random.choice(self._system_prompts)), user)

    def _some_words(self, num_words: int) -> str:
        begin = self._random.randrange(len(self._words))
        doubled = self._words[begin:] + self._words[:begin]
        return " ".join(doubled[:num_words])


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()
