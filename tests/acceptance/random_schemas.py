"""JSON schemas, regular expressions and grammars of the kinds that people use, by a seed."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

KEYS = ("name", "id", "city", "born", "이름", "도시", "größe", "名前", "😀", "first name", 'a "b"')
WORDS = ("red", "green", "상승", "하락", "日本", "é", "🙂", 'a"b\\c', "two words", "x" * 12)
FORMATS = ("date", "date-time", "time", "uuid", "ipv4", "ipv6", "email")
PATTERNS = ("^[A-Z]{2}-[0-9]{3}$", "^[가-힣]{1,4}$", "^#[0-9a-f]{6}$", "^(yes|no)$")
MAX_DEPTH = 3


class SchemaWriter:
    """Writes one schema after the other."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def schema(self) -> Schema:
        """An object, mostly; now and then with definitions that it refers to."""
        root = self._object(0) if self._random.random() < 0.8 else self._any(0)
        if self._random.random() < 0.3:
            definitions = {"point": self._object(2), "word": self._leaf()}
            inner = {"a": {"$ref": "#/$defs/point"}, "나": {"$ref": "#/$defs/word"}, "c": root}
            root = {**self._closed(inner, required=list(inner)), "$defs": definitions}
        return root

    def _any(self, depth: int) -> Schema:
        if depth >= MAX_DEPTH or self._random.random() < 0.5:
            return self._leaf()
        return self._random.choice((self._object, self._array, self._alternatives))(depth)

    def _leaf(self) -> Schema:
        kinds: tuple[Callable[[], Schema], ...] = (
            lambda: {"type": "string", "maxLength": self._random.randint(1, 20)},
            lambda: {"type": "string", "minLength": 2, "maxLength": self._random.randint(2, 9)},
            lambda: {"type": "string", "format": self._random.choice(FORMATS)},
            lambda: {"type": "string", "pattern": self._random.choice(PATTERNS)},
            lambda: {"type": "integer", "minimum": -5, "maximum": self._random.randint(0, 9999)},
            lambda: {"type": "number", "minimum": 0, "exclusiveMaximum": 100},
            lambda: {"type": ["integer", "null"], "minimum": 1, "maximum": 99},
            lambda: {"type": "boolean"},
            lambda: {"enum": [*self._random.sample(WORDS, 3), 3, None, True]},
            lambda: {"const": self._random.choice(WORDS)},
        )
        return self._random.choice(kinds)()

    def _object(self, depth: int) -> Schema:
        keys = self._random.sample(KEYS, self._random.randint(1, 4))
        required = [key for key in keys if self._random.random() < 0.7]
        return self._closed({key: self._any(depth + 1) for key in keys}, required=required)

    def _closed(self, properties: Schema, *, required: list[str]) -> Schema:
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def _array(self, depth: int) -> Schema:
        least = self._random.randint(0, 2)
        return {
            "type": "array",
            "items": self._any(depth + 1),
            "minItems": least,
            "maxItems": least + self._random.randint(0, 2),
        }

    def _alternatives(self, depth: int) -> Schema:
        return {"anyOf": [self._any(depth + 1), {"type": "null"}, self._leaf()]}


PIECES = (
    "[a-z]{2,6}",
    "[0-9]{3}",
    "(yes|no|maybe)",
    "(한국|서울|부산)",
    "[가-힣]{1,4}",
    "(😀|🙂)?",
    "-?[1-9][0-9]{0,3}",
    "[A-Z][a-z]{0,9}",
    " : ",
)
"""Regular expressions that Rust, Python and Lark read alike, none of them endless."""


def random_pieces(seed: int) -> list[str]:
    """Some of them, to be matched one after the other."""
    chosen = random.Random(seed)
    return ["[a-z]", *chosen.choices(PIECES, k=chosen.randint(1, 5))]


def lark_of(pieces: list[str]) -> str:
    """A grammar in Lark that matches the pieces."""
    names = [f"PIECE{index}" for index in range(len(pieces))]
    terminals = [f"{name}: /{piece}/" for name, piece in zip(names, pieces, strict=True)]
    return "\n".join([f"start: {' '.join(names)}", *terminals])


def gbnf_of(pieces: list[str]) -> str:
    """The same in GBNF, where texts that are no character class are quoted."""
    return f"root ::= {' '.join(map(_gbnf_piece, pieces))}"


def _gbnf_piece(piece: str) -> str:
    if group := re.fullmatch(r"\((.*)\)(\??)", piece):
        return "(" + " | ".join(json.dumps(each) for each in group[1].split("|")) + ")" + group[2]
    if piece.startswith("-?"):
        return '"-"? ' + piece[2:]
    return piece if piece.startswith("[") else json.dumps(piece)
