"""Small vocabularies, and schemas of all the kinds that clients send."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import tokenizers
from llguidance import LLTokenizer
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers

from batching.engine.grammar import CompiledGrammar, Words
from batching.engine.protocol import Grammar, GrammarKind
from batching.grammar_compiler import compile_grammar, read_vocabulary

SPECIAL_TOKENS = ("<|endoftext|>", "<think>", "<|im_end|>", "</think>")
THINK_BEGIN, END, THINK_END = 1, 2, 3
MODEL_VOCAB_SIZE = 512
"""More than the tokenizer has, as with many models."""

PIECES = (
    "Ġ",
    "ĠĠ",
    "ab",
    "cd",
    "true",
    "null",
    "12",
    "00",
    "Ċ",
    "Ã©",
    '{"',
    '":',
    '",',
    '"}',
    "ea",
)


@cache
def byte_level_tokenizer() -> tokenizers.Tokenizer:
    """Every byte, and some tokens that begin inside of one part of a JSON text and end in another.

    A token is not what any text is encoded as, but that it can be drawn is enough.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*SPECIAL_TOKENS, *alphabet, *(p for p in PIECES if p not in alphabet)]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    made = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL_TOKENS])
    return made


@cache
def sentencepiece_tokenizer() -> tokenizers.Tokenizer:
    """As Llama 2's and Gemma's: blanks are part of words, unknown characters are bytes."""
    special = ("<unk>", "<s>", "</s>")
    tokens = [*special, *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += ["▁", "{", "}", '"', ":", '▁"', "▁{", "a", "b", "▁a", "ab", "▁ab", "é", "日"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    merges = [("▁", '"'), ("▁", "{"), ("▁", "a"), ("a", "b"), ("▁", "ab")]
    made = tokenizers.Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=True)
    )
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    made.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    made.add_special_tokens([AddedToken(token, special=True) for token in special])
    return made


@cache
def vocabulary() -> LLTokenizer:
    return read_vocabulary(byte_level_tokenizer().to_str(), MODEL_VOCAB_SIZE, frozenset({END}))


def compiled(
    kind: GrammarKind,
    source: str = "",
    *,
    begins_after: tuple[int, ...] = (),
    postponed_by: int | None = None,
) -> CompiledGrammar:
    made = compile_grammar(Grammar(kind, source), vocabulary())
    return replace(made, begins_after=begins_after, postponed_by=postponed_by)


def encode(text: str) -> list[int]:
    """One token for each byte."""
    return byte_level_tokenizer().encode(text).ids


def text_of(token_ids: list[int]) -> str:
    """What the tokens write, special ones left out; fails on broken UTF-8."""
    return vocabulary().decode_bytes([t for t in token_ids if t >= len(SPECIAL_TOKENS)]).decode()


def allowed(words: Words) -> list[int]:
    """The tokens that a mask allows."""
    return [
        int(at) for at in np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))
    ]


def _object(properties: dict[str, object], **more: object) -> dict[str, object]:
    """All properties required and no others: what OpenAI calls strict."""
    strict = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": properties, **strict, **more}


_WORD = {"type": "string", "maxLength": 8}
_SMALL = {"type": "integer", "minimum": -5, "maximum": 120}
_POINT = _object({"x": _SMALL, "y": _SMALL})

SCHEMAS: dict[str, object] = {
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "word": _WORD,
    "bounded integer": _SMALL,
    "bounded number": {"type": "number", "minimum": 0, "maximum": 1.5},
    "exclusive bounds": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 6},
    "enum": {"enum": ["red", "green", 3, None, True]},
    "const": {"const": {"version": [1, 2]}},
    "unicode enum": {"enum": ["é", "日本", "🙂", 'a"b\\c\n']},
    "list": {"type": "array", "items": _SMALL, "maxItems": 4},
    "list with a least length": {"type": "array", "items": _WORD, "minItems": 2, "maxItems": 3},
    "tuple": {
        "type": "array",
        "prefixItems": [_WORD, _SMALL, {"type": "boolean"}],
        "items": False,
        "minItems": 3,
    },
    "list of lists": {
        "type": "array",
        "items": {"type": "array", "items": _SMALL, "maxItems": 2},
        "maxItems": 3,
    },
    "object": _object({"name": _WORD, "age": _SMALL}),
    "nested objects": _object({"a": _object({"b": _object({"c": _POINT})}), "d": _WORD}),
    "empty object": _object({}),
    "optional fields": {
        "type": "object",
        "properties": {"a": _SMALL, "b": _WORD, "c": {"type": "null"}, "d": _SMALL},
        "required": ["c"],
        "additionalProperties": False,
    },
    "other fields of one type": {
        "type": "object",
        "properties": {"a": _SMALL},
        "required": ["a"],
        "additionalProperties": False,
        "patternProperties": {},
    },
    "unicode keys": _object({"größe": _SMALL, "名前": _WORD}),
    "keys to be escaped": _object({'with "quotes"': _SMALL, "back\\slash": _SMALL}),
    "any of types": {"anyOf": [_SMALL, _WORD, {"type": "null"}]},
    "any of objects": {"anyOf": [_object({"a": _SMALL}), _object({"b": _WORD})]},
    "type list": {"type": ["integer", "null"], "minimum": 1, "maximum": 99},
    "one of by a constant": {
        "oneOf": [
            _object({"kind": {"const": "circle"}, "radius": _SMALL}),
            _object({"kind": {"const": "square"}, "side": _SMALL}),
        ]
    },
    "all of": {"allOf": [{"type": "integer", "minimum": 2}, {"maximum": 40}]},
    "definitions": {
        "$ref": "#/$defs/line",
        "$defs": {"point": _POINT, "line": _object({"a": {"$ref": "#/$defs/point"}, "b": _POINT})},
    },
    "recursive": {
        "$ref": "#/$defs/tree",
        "$defs": {
            "tree": _object(
                {
                    "v": _SMALL,
                    "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/tree"}]},
                }
            )
        },
    },
    "pattern": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
    "date": {"type": "string", "format": "date"},
    "uuid": {"type": "string", "format": "uuid"},
    "list of objects": {"type": "array", "items": _POINT, "minItems": 1, "maxItems": 3},
    "lengths": _object(
        {
            "exact": {"type": "string", "minLength": 3, "maxLength": 3},
            "least": {"type": "string", "minLength": 1, "maxLength": 6},
        }
    ),
    "a tool's arguments": _object(
        {
            "city": _WORD,
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "days": {"anyOf": [_SMALL, {"type": "null"}]},
        }
    ),
}


def schema_text(name: str) -> str:
    return json.dumps(SCHEMAS[name], ensure_ascii=False)
