"""Grammars as llguidance reads them.

Thread: both (pure).
"""

import re
from collections.abc import Callable

import orjson
from llguidance import LLMatcher

from batching.engine.protocol import Grammar, GrammarKind
from batching.errors import InvalidGrammar

MAX_GRAMMAR_BYTES = 131_072
"""Of a source. The compiler descends into grammars by recursion: this bounds the stack it needs."""

JSON_WHITESPACE = r" ?|\n[ \t]{0,32}"
"""Between the parts of a JSON text: a blank, or a new line and what it is indented by.

With more freedom small models write blanks until the answer is cut.
"""

NAMES: dict[GrammarKind, str] = {
    "json_schema": "JSON schema",
    "json_object": "JSON object",
    "regex": "regular expression",
    "choice": "list of choices",
    "lark": "Lark grammar",
}

_META = re.compile(r"[\\.+*?()|\[\]{}^$#&\-~]")
"""What has a meaning in Rust's regular expressions. Source: https://docs.rs/regex, regex::escape"""


def read_source(grammar: Grammar) -> str:
    """The grammar as a text for an LLMatcher, which may still find fault with it.

    Raises:
        InvalidGrammar: it is too large, or no JSON where it should be.
    """
    try:
        num_bytes = len(grammar.source.encode())
    except UnicodeEncodeError:
        raise InvalidGrammar(f"The {NAMES[grammar.kind]} is no valid Unicode.") from None
    if num_bytes > MAX_GRAMMAR_BYTES:
        raise InvalidGrammar(
            f"The {NAMES[grammar.kind]} has {num_bytes} bytes; the limit is {MAX_GRAMMAR_BYTES}. "
            "Make it smaller."
        )
    return _READERS[grammar.kind](grammar.source)


def _read_schema(source: str) -> str:
    if not isinstance(_parse_json(source, "JSON schema"), dict):
        raise InvalidGrammar("The JSON schema is no object.")
    return LLMatcher.grammar_from_json_schema(
        source, defaults={"whitespace_pattern": JSON_WHITESPACE}
    )


def _read_object(source: str) -> str:
    return _read_schema('{"type": "object"}')


def _read_choice(source: str) -> str:
    choices = _parse_json(source, "list of choices")
    if not isinstance(choices, list) or not choices:
        raise InvalidGrammar("The list of choices is no list, or empty.")
    texts = [choice for choice in choices if isinstance(choice, str) and choice]
    if len(texts) < len(choices):
        raise InvalidGrammar("The list of choices holds something that is no text, or empty.")
    # One expression, not alternatives of a grammar: those are limited in number.
    return LLMatcher.grammar_from_regex("|".join(_META.sub(r"\\\g<0>", text) for text in texts))


def _parse_json(source: str, name: str) -> object:
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise InvalidGrammar(f"The {name} is not valid JSON: {error}.") from None


_READERS: dict[GrammarKind, Callable[[str], str]] = {
    "json_schema": _read_schema,
    "json_object": _read_object,
    "regex": LLMatcher.grammar_from_regex,
    "choice": _read_choice,
    "lark": LLMatcher.grammar_from_lark,
}
