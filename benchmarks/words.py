"""The language of random models: made-up words of five letters, each of them one token.

Thread: both (pure).

So a text of n words is exactly n tokens long, whichever words they are. A letter's place in the
word decides which letters it may be; that leaves the tokenizer one way to put a word together.
"""

import random
import string
from collections.abc import Iterator
from itertools import product

LETTERS = (
    string.ascii_letters[:12],
    string.ascii_letters[12:22],
    string.ascii_letters[22:32],
    string.ascii_letters[32:42],
    string.ascii_letters[42:52],
)
"""What the first, second, ... letter of a word may be; no letter is in two places."""

MAX_WORDS = 12 * 10 * 10 * 10 * 10


def head_pairs() -> list[str]:
    """The first two letters of every word."""
    return ["".join(pair) for pair in product(LETTERS[0], LETTERS[1])]


def middle_pairs() -> list[str]:
    """The third and fourth letter of every word."""
    return ["".join(pair) for pair in product(LETTERS[2], LETTERS[3])]


def tails() -> list[str]:
    """The last three letters of every word."""
    return [middle + last for middle, last in product(middle_pairs(), LETTERS[4])]


def words(num_words: int) -> Iterator[str]:
    """The first words of the language, always in the same order."""
    if num_words > MAX_WORDS:
        raise ValueError(f"{num_words} words; the language has {MAX_WORDS}")
    heads, tail_list = head_pairs(), tails()
    # Heads change fastest, so that even a small vocabulary begins its words in many ways.
    for index in range(num_words):
        yield heads[index % len(heads)] + tail_list[index // len(heads)]


class Writer:
    """Writes texts of a given number of tokens, no two alike."""

    def __init__(self, num_words: int, *, seed: int) -> None:
        self._words = list(words(num_words))
        self._random = random.Random(seed)

    def text(self, num_tokens: int) -> str:
        """So many random words."""
        return " ".join(self._random.choices(self._words, k=num_tokens))
