"""The text of a custom tool's input, however its JSON is cut into pieces."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.responses.custom_input import CustomInput


def read(pieces: list[str]) -> tuple[str, str]:
    """What came while the pieces came, and what came at the end."""
    custom_input = CustomInput()
    return "".join(map(custom_input.push, pieces)), custom_input.finish()


@st.composite
def cut_arguments(draw: st.DrawFn) -> tuple[str, list[str]]:
    text = draw(st.text(st.characters(exclude_categories=["Cs"])))
    written = json.dumps({"input": text}, ensure_ascii=draw(st.booleans()))
    cuts = sorted(draw(st.lists(st.integers(0, len(written)), max_size=8)))
    edges = [0, *cuts, len(written)]
    return text, [written[start:end] for start, end in pairwise(edges)]


@given(cut_arguments())
def test_any_pieces_give_the_same_text(cut: tuple[str, list[str]]) -> None:
    text, pieces = cut
    assert read(pieces) == (text, "")


def test_the_text_comes_while_it_is_written() -> None:
    custom_input = CustomInput()
    pieces = [custom_input.push(piece) for piece in ('{"in', 'put": "a', "b\\", 'nc"', "}")]
    assert pieces == ["", "a", "b", "\nc", ""]


def test_half_a_pair_of_surrogates_waits_for_the_other_half() -> None:
    custom_input = CustomInput()
    assert custom_input.push('{"input": "\\ud83d') == ""
    assert custom_input.push('\\ude00"}') == "😀"


def test_a_new_line_that_is_not_escaped_is_one_too() -> None:
    assert read(['{"input": "a\nb"}']) == ("a\nb", "")


def test_an_escape_that_means_nothing_is_shown_as_it_is() -> None:
    assert read(['{"input": "a\\d b', '\\n"}']) == ("a", "\\d b\\n")
    assert read(['{"input": "a\\ud83d b"}']) == ("a", "\\ud83d b")


def test_an_input_that_is_cut_off_keeps_what_came() -> None:
    assert read(['{"input": "a b']) == ("a b", "")


def test_an_input_behind_other_arguments_comes_at_the_end() -> None:
    assert read(['{"why": 1, ', '"input": "a"}']) == ("", "a")


def test_arguments_without_an_input_are_the_text() -> None:
    assert read(['{"patch": "a"}']) == ("", '{"patch": "a"}')
    assert read(["no JSON"]) == ("", "no JSON")
