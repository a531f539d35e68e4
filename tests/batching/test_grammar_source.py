"""Grammars as the library reads them: what they match, and what is refused before it sees them."""

import json

import pytest

from batching.engine.protocol import Grammar, GrammarKind
from batching.errors import InvalidGrammar
from batching.grammar_source import MAX_GRAMMAR_BYTES, NAMES, read_source
from tests.batching.grammar_examples import END, allowed, compiled, encode


def matches(kind: GrammarKind, source: str, text: str) -> bool:
    """Whether an answer may be this text."""
    state = compiled(kind, source).begin()
    for token_id in encode(text):
        if token_id not in allowed(state.mask()):
            return False
        state.accept(token_id)
    return END in allowed(state.mask())


@pytest.mark.parametrize(
    "choice",
    [
        "yes",
        "a b",
        "é日本🙂",
        'say "hi"\n\t\\n',
        r"\.+*?()|[]{}^$#&-~",
        "/<>'`!@%=,;:_",
        "(?i)yes",
        "a|b",
        "\x00\x7f",
    ],
)
def test_a_choice_is_matched_to_the_letter(choice: str) -> None:
    source = json.dumps(["other", choice])
    assert matches("choice", source, choice)
    assert matches("choice", source, "other")
    for wrong in ("", choice + "x", choice[:-1], choice.swapcase() + "?"):
        assert not matches("choice", source, wrong)


def test_one_choice_may_begin_another() -> None:
    source = json.dumps(["a", "ab", "abc"])
    assert [matches("choice", source, text) for text in ("a", "ab", "abc", "b")] == [
        *[True] * 3,
        False,
    ]


def test_thousands_of_choices_are_one_grammar() -> None:
    source = json.dumps([f"choice {number}" for number in range(5000)])
    assert matches("choice", source, "choice 4711")
    assert not matches("choice", source, "choice 5000")


def test_a_regular_expression_matches_the_whole_answer() -> None:
    for source in ("ab+", "^ab+$"):
        assert matches("regex", source, "abb")
        assert not any(matches("regex", source, text) for text in ("xab", "a", "abx"))


GBNF = """
root ::= "SELECT " column (", " column)* " FROM " [a-z]+
column ::= "one" | "two"
"""


def test_a_grammar_may_be_in_gbnf() -> None:
    assert matches("lark", GBNF, "SELECT one, two FROM table")
    assert not matches("lark", GBNF, "SELECT three FROM table")


@pytest.mark.parametrize(
    "source",
    ['root ::= "a', "root ::= missing", 'other ::= "a"', "root ::= " + "(" * 5000, "::=" * 6000],
    ids=["open quote", "no such rule", "no root", "too deep", "too long"],
)
def test_gbnf_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(InvalidGrammar, match="GBNF"):
        read_source(Grammar("lark", source))


def test_any_json_object_is_an_object() -> None:
    for text in ("{}", '{"a": [1, {"b": null}], "é": "x"}', '{\n  "a": 1\n}'):
        assert matches("json_object", "", text)
    for text in ("[]", "1", '{"a"}', '{"a": 1}}', "{} "):
        assert not matches("json_object", "", text)


@pytest.mark.parametrize("blanks", ["", " ", "\n", "\n" + " " * 32, "\n\t\t"])
def test_json_may_be_written_on_one_line_or_indented(blanks: str) -> None:
    text = '{*"a":*[*1*,*2*]*}'.replace("*", blanks)
    assert json.loads(text) == {"a": [1, 2]}
    assert matches("json_object", "", text)


@pytest.mark.parametrize("blanks", ["  ", "\n\n", "\n" + " " * 33, "\r"])
def test_json_has_no_blanks_that_could_go_on_for_ever(blanks: str) -> None:
    assert not matches("json_object", "", "{" + blanks + "}")


def test_a_lark_grammar_may_hold_schemas_and_special_tokens() -> None:
    source = 'start: "call " %json {"type": "integer", "minimum": 1, "maximum": 3} </think>\n'
    state = compiled("lark", source).begin(encode("call 2"))
    assert allowed(state.mask()) == [3]


@pytest.mark.parametrize("kind", NAMES)
def test_a_source_that_is_too_large_is_named_with_the_limit(kind: GrammarKind) -> None:
    with pytest.raises(InvalidGrammar, match=f"{MAX_GRAMMAR_BYTES + 1} bytes.*{MAX_GRAMMAR_BYTES}"):
        read_source(Grammar(kind, "a" * (MAX_GRAMMAR_BYTES + 1)))


@pytest.mark.parametrize(
    ("kind", "source", "reason"),
    [
        ("json_schema", '{"type":', "JSON schema is not valid JSON"),
        ("json_schema", "true", "no object"),
        ("json_schema", "[1]", "no object"),
        ("json_schema", "[" * 5000, "JSON schema is not valid JSON"),
        ("choice", "yes", "list of choices is not valid JSON"),
        ("choice", "[]", "no list, or empty"),
        ("choice", '"yes"', "no list, or empty"),
        ("choice", '["yes", 1]', "holds something that is no text"),
        ("choice", '["yes", ""]', "no text, or empty"),
        ("regex", "a\ud800", "no valid Unicode"),
    ],
)
def test_what_is_no_source_is_refused(kind: GrammarKind, source: str, reason: str) -> None:
    with pytest.raises(InvalidGrammar, match=reason):
        read_source(Grammar(kind, source))
