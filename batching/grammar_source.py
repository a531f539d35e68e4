"""Grammars as llguidance reads them.

Thread: both (pure).
"""

import re
from collections.abc import Callable

import orjson
from llguidance import LLMatcher
from llguidance.gbnf_to_lark import gbnf_to_lark, is_lark_syntax

from batching.engine.protocol import Grammar, GrammarKind
from batching.errors import InvalidGrammar

MAX_GRAMMAR_BYTES = 131_072
"""Of a source. The compiler descends into grammars by recursion: this bounds the stack it needs."""

MAX_GBNF_CHARACTERS = 16_384
"""Translating takes time by the square of it: 0.3 s for so many."""

JSON_WHITESPACE = r" ?|\n[ \t]{0,32}"
"""Between the parts of a JSON text: a blank, or a new line and what it is indented by.

With more freedom small models write blanks until the answer is cut.
"""

NAMES: dict[GrammarKind, str] = {
    "json_schema": "JSON schema",
    "json_object": "JSON object",
    "regex": "regular expression",
    "choice": "list of choices",
    "lark": "grammar",
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


def _read_grammar(source: str) -> str:
    """Lark as it is, and GBNF as Lark: that is what clients of llama.cpp, vLLM and SGLang write."""
    if "::=" in source and not is_lark_syntax(source):
        if len(source) > MAX_GBNF_CHARACTERS:
            raise InvalidGrammar(
                f"The GBNF grammar has {len(source)} characters; the limit is "
                f"{MAX_GBNF_CHARACTERS}. Make it smaller, or write it in Lark."
            )
        try:
            source = gbnf_to_lark(source)
        # It raises bare exceptions, and one of its own for each place.
        except Exception as error:
            raise InvalidGrammar(f"The grammar is not valid GBNF: {error}.") from None
    return LLMatcher.grammar_from_lark(source)


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
    "lark": _read_grammar,
}
