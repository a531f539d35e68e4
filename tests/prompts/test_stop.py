"""Stop strings are found wherever chunks are cut, and never shown."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.stop import StopStrings

TEXTS = st.text(alphabet="abc", max_size=30)
STOPS = st.lists(st.text(alphabet="abc", max_size=4), max_size=3)


def run(stop_strings: Iterable[str], chunks: Iterable[str]) -> tuple[str, bool]:
    """All text that comes out, and whether a stop string was found."""
    stops = StopStrings(stop_strings)
    pushed = [stops.push(chunk) for chunk in chunks]
    text = "".join(text for text, _ in pushed) + stops.flush()
    return text, any(is_stopped for _, is_stopped in pushed)


@given(STOPS, TEXTS)
def test_with_the_stop_string_shown_nothing_but_what_follows_is_missing(
    stop_strings: list[str], text: str
) -> None:
    stops = StopStrings(stop_strings, are_shown=True)
    pushed = [stops.push(character) for character in text]
    shown = "".join(text for text, _ in pushed) + stops.flush()
    hidden, is_stopped = run(stop_strings, text)
    assert text.startswith(shown)
    if is_stopped:
        assert shown.removeprefix(hidden) in stop_strings
    else:
        assert shown == text


def cut_simply(stop_strings: Iterable[str], text: str) -> tuple[str, bool]:
    """The same by definition: the first prefix that ends with a stop string, less the longest."""
    for end in range(len(text) + 1):
        found = [stop for stop in stop_strings if stop and text[:end].endswith(stop)]
        if found:
            return text[:end].removesuffix(max(found, key=len)), True
    return text, False


@given(stop_strings=STOPS, text=TEXTS)
def test_a_text_at_once_is_cut_as_defined(stop_strings: list[str], text: str) -> None:
    assert run(stop_strings, [text]) == cut_simply(stop_strings, text)


@given(stop_strings=STOPS, text=TEXTS)
def test_the_stop_string_found_stands_where_the_text_was_cut(
    stop_strings: list[str], text: str
) -> None:
    stops = StopStrings(stop_strings)
    before, is_stopped = stops.push(text)
    assert (stops.found is not None) == is_stopped
    if stops.found is not None:
        assert stops.found in stop_strings
        assert text.startswith(before + stops.found)


@given(stop_strings=STOPS, chunks=st.lists(TEXTS, max_size=8))
def test_any_chunks_give_the_same_text(stop_strings: list[str], chunks: list[str]) -> None:
    assert run(stop_strings, chunks) == cut_simply(stop_strings, "".join(chunks))


@given(stop_strings=STOPS, text=TEXTS)
def test_nothing_is_held_back_without_need(stop_strings: list[str], text: str) -> None:
    stops = StopStrings(stop_strings)
    _, is_stopped = stops.push(text)
    held = stops.flush()
    assert not held or (not is_stopped and any(stop.startswith(held) for stop in stop_strings))


def test_a_possible_beginning_waits_until_it_is_decided() -> None:
    stops = StopStrings(["</end>"])
    assert stops.push("Good bye</e") == ("Good bye", False)
    assert stops.push("lse") == ("</else", False)
    assert stops.push("</end> and more") == ("", True)


@pytest.mark.parametrize(
    ("stop_strings", "text", "expected"),
    [
        (["b", "abc"], "xabc", "xa"),
        (["ab", "b"], "xab", "x"),
        (["abc", "xyz"], "xyz abc", ""),
        (["안녕"], "네, 안녕히", "네, "),
    ],
    ids=["complete first", "longest of one end", "first in the text", "korean"],
)
def test_one_stop_string_wins(stop_strings: list[str], text: str, expected: str) -> None:
    assert run(stop_strings, [text]) == (expected, True)


def test_empty_stop_strings_are_ignored() -> None:
    assert run(["", ""], ["any", "thing"]) == ("anything", False)


def test_nothing_comes_after_a_stop() -> None:
    stops = StopStrings(["."])
    assert stops.push("One. Two") == ("One", True)
    assert stops.push("Three") == ("", True)
    assert stops.flush() == ""
