"""What compiling refuses, in bounded time and by name; and what it keeps."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
import tokenizers
from llguidance import LLParserLimits
from tokenizers import decoders

from batching import grammar_compiler
from batching.engine.grammar import CompiledGrammar, GrammarFault
from batching.engine.protocol import Grammar, GrammarKind
from batching.errors import InvalidGrammar, NotServing
from batching.grammar_compiler import (
    MAX_CACHED_GRAMMARS,
    MAX_REASON_CHARACTERS,
    GrammarCompiler,
    compile_grammar,
    read_vocabulary,
)
from batching.grammar_source import MAX_GRAMMAR_BYTES
from prompts.tokenizer import Tokenizer
from tests.batching.grammar_examples import (
    END,
    MODEL_VOCAB_SIZE,
    SCHEMAS,
    SPECIAL_TOKENS,
    allowed,
    byte_level_tokenizer,
    compiled,
    encode,
    schema_text,
    sentencepiece_tokenizer,
    vocabulary,
)

PATIENCE_SECONDS = 5.0
"""Of the processor, for what a grammar may take here; a good one takes a few milliseconds."""

OBJECT = Grammar("json_object")


OPTIONAL_FIELDS = json.dumps(
    {"type": "object", "properties": {f"p{number}": {"type": "null"} for number in range(3000)}}
)


def make_compiler(ends: frozenset[int] = frozenset({END})) -> GrammarCompiler:
    source = byte_level_tokenizer().to_str()
    return GrammarCompiler(source, vocab_size=MODEL_VOCAB_SIZE, eos_token_ids=ends)


@pytest_asyncio.fixture
async def compiler() -> AsyncIterator[GrammarCompiler]:
    made = make_compiler()
    assert await made.load() is None
    yield made
    await made.close()


def lark_chain(num_rules: int) -> str:
    """Each rule is the next one."""
    rules = "\n".join(f"a{number:x}:a{number + 1:x}" for number in range(num_rules))
    return f'start: a0\n{rules}\na{num_rules:x}: "b"'


def schema_chain(num_objects: int) -> str:
    """Each object holds the next one."""
    definitions: dict[str, object] = {
        f"{number:x}": {
            "properties": {"": {"$ref": f"#/$defs/{number + 1:x}"}},
            "required": [""],
        }
        for number in range(num_objects)
    }
    definitions[f"{num_objects:x}"] = {"type": "null"}
    return json.dumps({"$ref": "#/$defs/0", "$defs": definitions}, separators=(",", ":"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_clients_send_compiles(name: str) -> None:
    assert allowed(compiled("json_schema", schema_text(name)).begin().mask())


@pytest.mark.parametrize(
    ("kind", "source", "reason"),
    [
        ("json_schema", '{"type": "banana"}', "Invalid type: banana"),
        ("json_schema", '{"type": "array", "uniqueItems": true}', "uniqueItems"),
        ("json_schema", '{"$ref": "https://example.com/a.json"}', "example.com"),
        ("json_schema", '{"$ref": "#"}', "no text matches it"),
        ("json_schema", '{"allOf": [{"type": "null"}, {"type": "string"}]}', "Unsatisfiable"),
        ("json_schema", '{"type": "integer", "minimum": 5, "maximum": 4}', "minimum"),
        ("json_schema", '{"type": "string", "pattern": "(?=a)b"}', "look-ahead"),
        ("regex", "(a", "unclosed group"),
        ("regex", "[z-a]", "invalid character class range"),
        ("lark", "", "Empty grammar"),
        ("lark", "start: nothing", "nothing"),
        ("lark", "start: start", "no text matches it"),
        ("lark", "start: <|no_such_token|>", "no_such_token"),
    ],
)
def test_a_grammar_that_does_not_compile_is_refused_by_name(
    kind: GrammarKind, source: str, reason: str
) -> None:
    with pytest.raises(InvalidGrammar, match="cannot be used: .*" + reason):
        compile_grammar(Grammar(kind, source), vocabulary())


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        # Too deep, too many, too large for a table of states.
        ("lark", "start: " + "(" * 50_000 + '"a"' + ")" * 50_000),
        ("regex", "(" * 50_000 + "a" + ")" * 50_000),
        ("json_schema", '{"anyOf": [' * 5000 + "{}" + "]}" * 5000),
        ("json_schema", '{"type": "integer", "multipleOf": 999999937}'),
        ("json_schema", OPTIONAL_FIELDS),
        (
            "lark",
            "start: T\nT: " + "&".join(f"/.*{a}{b}.*/" for a in "abcdefghij" for b in "klmno"),
        ),
        ("lark", "start: " + "|".join(f'"choice {number}"' for number in range(6000))),
    ],
)
def test_a_grammar_that_explodes_is_refused_in_bounded_time(kind: GrammarKind, source: str) -> None:
    started_seconds = time.process_time()
    with pytest.raises(InvalidGrammar) as caught:
        compile_grammar(Grammar(kind, source), vocabulary())
    assert time.process_time() - started_seconds < PATIENCE_SECONDS
    assert len(str(caught.value)) < MAX_REASON_CHARACTERS + 100


@pytest.mark.parametrize(
    "source",
    [
        "[a-z]{0,1000000}",
        "((a{1,1000}){1,1000}){1,1000}",
        "(a|b)*a(a|b){2000}",
        ".*a.{300}b.{300}c",
        r"(\w{1,100}\s){1,1000}",
    ],
)
def test_a_regular_expression_that_would_explode_in_a_table_does_not_here(source: str) -> None:
    """States are made as answers need them."""
    started_seconds = time.process_time()
    state = compile_grammar(Grammar("regex", source), vocabulary()).begin()
    for token_id in encode("aaaaaaaaaa"):
        state.mask()
        state.accept(token_id)
    assert time.process_time() - started_seconds < PATIENCE_SECONDS


@pytest.mark.parametrize(
    "grammar",
    [Grammar("lark", lark_chain(11_000)), Grammar("json_schema", schema_chain(2000))],
    ids=["rules", "objects"],
)
async def test_rules_as_deep_as_a_source_can_hold_do_not_overflow_the_stack(
    compiler: GrammarCompiler, grammar: Grammar
) -> None:
    """On a thread with the usual stack these end the process."""
    assert 0.8 * MAX_GRAMMAR_BYTES < len(grammar.source) <= MAX_GRAMMAR_BYTES
    made = await compiler.compile(grammar)
    assert allowed(made.begin().mask())


def test_a_grammar_may_begin_with_a_special_token() -> None:
    source = f'start: <[{END}]> "a" <[{END}]> "b"'
    state = compile_grammar(Grammar("lark", source), vocabulary()).begin()
    assert allowed(state.mask()) == [END]


async def test_the_same_grammar_is_compiled_once(compiler: GrammarCompiler) -> None:
    first, second = await asyncio.gather(compiler.compile(OBJECT), compiler.compile(OBJECT))
    later = await compiler.compile(Grammar("json_object", begins_after=(3,), postponed_by=1))
    assert first.start is second.start is later.start
    assert (first.begins_after, later.begins_after) == ((), (3,))
    assert (first.postponed_by, later.postponed_by) == (None, 1)


async def test_a_mistake_is_found_again_at_once(compiler: GrammarCompiler) -> None:
    for _ in range(2):
        with pytest.raises(InvalidGrammar, match="unclosed group"):
            await compiler.compile(Grammar("regex", "(a"))


async def test_only_the_last_grammars_are_kept(compiler: GrammarCompiler) -> None:
    first = await compiler.compile(OBJECT)
    for number in range(MAX_CACHED_GRAMMARS - 1):
        await compiler.compile(Grammar("regex", f"a{number}"))
    assert (await compiler.compile(OBJECT)).start is first.start
    for number in range(MAX_CACHED_GRAMMARS):
        await compiler.compile(Grammar("regex", f"b{number}"))
    assert (await compiler.compile(OBJECT)).start is not first.start


async def test_a_grammar_whose_answers_used_up_its_states_is_compiled_again(
    compiler: GrammarCompiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = LLParserLimits(max_lexer_states=300, verbose_errors=False)
    monkeypatch.setattr(grammar_compiler, "LIMITS", few)
    wide = Grammar("regex", ".*a.{300}b.{300}c")
    first = await compiler.compile(wide)
    with pytest.raises(GrammarFault, match="too many states"):
        wear_out(first)
    second = await compiler.compile(wide)
    assert second.start is not first.start
    assert allowed(second.begin().mask())


def wear_out(grammar: CompiledGrammar) -> None:
    state = grammar.begin()
    for token_id in encode("abcdefgh" * 1000):
        state.mask()
        state.accept(token_id)


async def test_a_client_that_leaves_does_not_stop_the_compiling_for_another(
    compiler: GrammarCompiler,
) -> None:
    leaving = asyncio.create_task(compiler.compile(OBJECT))
    staying = asyncio.create_task(compiler.compile(OBJECT))
    await asyncio.sleep(0)
    leaving.cancel()
    assert allowed((await staying).begin().mask())
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_after_closing_nothing_is_compiled() -> None:
    compiler = make_compiler()
    await compiler.close()
    with pytest.raises(NotServing):
        await compiler.compile(OBJECT)


async def test_what_waits_at_closing_is_told_so() -> None:
    compiler = make_compiler()
    await compiler.load()
    waiting = [
        asyncio.create_task(compiler.compile(Grammar("lark", lark_chain(11_000 - number))))
        for number in range(20)
    ]
    await asyncio.sleep(0)
    await compiler.close()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {CompiledGrammar, NotServing}
    assert isinstance(outcomes[-1], NotServing)


async def test_a_grammar_that_takes_too_long_is_refused(
    compiler: GrammarCompiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammar_compiler, "MAX_COMPILE_SECONDS", 0.0)
    with pytest.raises(InvalidGrammar, match="The grammar was not compiled in 0 s"):
        await compiler.compile(Grammar("lark", lark_chain(11_000)))


@pytest.mark.parametrize("ends", [frozenset[int](), frozenset({MODEL_VOCAB_SIZE + 1})])
async def test_a_model_whose_answers_cannot_end_has_no_grammars(ends: frozenset[int]) -> None:
    compiler = make_compiler(ends)
    assert "no token that ends an answer" in (await compiler.load() or "")
    with pytest.raises(InvalidGrammar, match="no token that ends an answer"):
        await compiler.compile(OBJECT)
    await compiler.close()


def test_a_tokenizer_that_the_library_does_not_know_is_refused_by_name() -> None:
    made = tokenizers.Tokenizer.from_str(sentencepiece_tokenizer().to_str())
    made.decoder = decoders.Metaspace()
    with pytest.raises(InvalidGrammar, match=r"tokenizer cannot be used: .*decoder"):
        read_vocabulary(made.to_str(), 512, frozenset({2}))


@pytest.mark.parametrize("make", [byte_level_tokenizer, sentencepiece_tokenizer])
def test_tokens_are_the_bytes_that_an_answer_shows(
    make: Callable[[], tokenizers.Tokenizer],
) -> None:
    backend = make()
    ours = Tokenizer(backend)
    theirs = read_vocabulary(ours.to_json(), 512, frozenset({2}))
    for token_id in range(len(SPECIAL_TOKENS), ours.vocab_size):
        shown = ours.token_bytes(token_id)
        # No UTF-8 has this byte, and the library keeps it for itself.
        expected = b"" if shown == b"\xff" else shown
        assert theirs.decode_bytes([token_id]) == expected, backend.id_to_token(token_id)


def test_tokens_that_only_the_model_has_are_never_allowed() -> None:
    words = compiled("regex", "(?s).*").begin().mask()
    assert max(allowed(words)) < byte_level_tokenizer().get_vocab_size() < MODEL_VOCAB_SIZE


def test_a_tokenizer_may_have_more_tokens_than_its_model() -> None:
    larger = read_vocabulary(byte_level_tokenizer().to_str(), 100, frozenset({END}))
    assert larger.vocab_size == byte_level_tokenizer().get_vocab_size() > 100
    grammar = compile_grammar(Grammar("regex", "a"), larger)
    assert allowed(grammar.begin().mask()) == encode("a")


def test_every_token_that_ends_an_answer_ends_one_with_a_grammar() -> None:
    source = byte_level_tokenizer().to_str()
    both = read_vocabulary(source, MODEL_VOCAB_SIZE, frozenset({0, END}))
    grammar = compile_grammar(Grammar("regex", "a"), both)
    assert grammar.stop_token_ids == {0, END}
    assert allowed(grammar.begin(encode("a")).mask()) == [0, END]
