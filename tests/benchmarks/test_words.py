"""Words of the random models' language."""

import pytest

from benchmarks.words import LETTERS, MAX_WORDS, Writer, words


def test_no_letter_is_in_two_places_of_a_word() -> None:
    assert len(set("".join(LETTERS))) == sum(map(len, LETTERS))


def test_words_are_all_different() -> None:
    assert len(set(words(MAX_WORDS))) == MAX_WORDS


def test_more_words_than_the_language_has_are_refused() -> None:
    with pytest.raises(ValueError, match="120001 words"):
        list(words(MAX_WORDS + 1))


def test_writers_of_one_seed_write_the_same_and_of_two_do_not() -> None:
    first, same, other = (Writer(500, seed=seed).text(40) for seed in (1, 1, 2))
    assert first == same
    assert first != other
