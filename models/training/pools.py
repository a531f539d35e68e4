"""Pools of phrases that are split into a training part and a held-out part."""

import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Literal

GROUP = re.compile(r"\[([^\[\]]*)\]")
"""Alternatives inside a phrase, [like|such as] these."""

LEADS_FOLDER = Path(__file__).resolve().parent / "leads"

Split = Literal["train", "held_out"]
Sentiment = Literal["positive", "negative", "neutral"]


@dataclass(frozen=True, slots=True)
class Pool:
    """Phrases of one kind; the held-out ones never occur in training text."""

    train: tuple[str, ...]
    held_out: tuple[str, ...] = ()

    def phrases(self, split: Split) -> tuple[str, ...]:
        """Return the phrases of one split; a pool that holds nothing out has one part only."""
        if split == "held_out" and self.held_out:
            return self.held_out
        return self.train

    def pick(self, rng: Random, split: Split = "train") -> str:
        """Draw one phrase."""
        return rng.choice(self.phrases(split))


def without(phrases: tuple[str, ...], pool: Pool) -> Pool:
    """Make a training pool of phrases, less those that could become a held-out phrase of another."""
    held_out = {_letters(phrase) for phrase in pool.held_out}
    kept = [each for each in phrases if not held_out & {_letters(v) for v in variants(each)}]
    return Pool(tuple(kept))


def variants(phrase: str) -> list[str]:
    """List every way to choose from the [a|b] groups of a phrase."""
    parts = [part.split("|") for part in GROUP.split(phrase)]
    return ["".join(chosen) for chosen in product(*parts)]


def vary(rng: Random, phrase: str) -> str:
    """Choose one of the alternatives in each [a|b] group of a phrase."""
    text = GROUP.sub(lambda match: rng.choice(match[1].split("|")), phrase)
    return " ".join(text.split()).replace(" .", ".").replace(" ,", ",")


def _letters(phrase: str) -> str:
    return re.sub(r"[^\w{}]", "", phrase).lower()


def lines(text: str) -> tuple[str, ...]:
    """Split a block into its non-empty lines."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def written_lines(name: str) -> tuple[str, ...]:
    """Read the phrases of a file in the leads folder, for example `listing.en` or `tool_price`."""
    return lines((LEADS_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def items(text: str) -> tuple[str, ...]:
    """Split a block into its comma-separated items, over line ends."""
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


def line_pool(train: str, held_out: str = "") -> Pool:
    """Make a pool of one phrase a line."""
    return Pool(lines(train), lines(held_out))


def item_pool(train: str, held_out: str = "") -> Pool:
    """Make a pool of comma-separated phrases."""
    return Pool(items(train), items(held_out))
