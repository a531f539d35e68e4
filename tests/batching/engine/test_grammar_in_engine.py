"""The MLX engine with grammars, on a model of random weights: the hardest to keep to one."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

import jsonschema
import pydantic_core
import pytest

from batching.engine.errors import BadLogits, InvalidSequence
from batching.engine.grammar import CompiledGrammar
from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.mlx_engine import MlxEngine
from batching.engine.model_source import inspect_model
from batching.engine.protocol import EngineSequence, EngineSpec
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.test_mlx_engine import prefill_all
from tests.batching.grammar_examples import (
    END,
    SCHEMAS,
    THINK_END,
    compiled,
    encode,
    schema_text,
    text_of,
)

SPEC = EngineSpec(vocab_size=512, context_length=512, max_slots=8)
MAX_TOKENS = 400
WILD = 20.0
"""At this temperature the small model draws almost evenly."""

PROMPT = (7, 8, 9, 10, 11)


@pytest.fixture(scope="session")
def small_model(model_folder: Path) -> LanguageModel:
    facts = inspect_model(str(model_folder))
    return load_language_model(facts, lambda stage, percent: None, dtype=facts.dtype)


@pytest.fixture
def engine(small_model: LanguageModel) -> MlxEngine:
    return MlxEngine(small_model, SPEC)


def make_sequence(
    name: str,
    grammar: CompiledGrammar | None,
    *,
    generated: Iterable[int] = (),
    seed: int = 1,
    temperature: float = 1.0,
    prompt: tuple[int, ...] = PROMPT,
) -> EngineSequence:
    return EngineSequence(
        name,
        (*prompt, *generated),
        len(prompt),
        SamplingParams(temperature=temperature, seed=seed),
        stop_token_ids=frozenset({END}),
        grammar=grammar,
    )


def answers(
    engine: MlxEngine, sequences: Iterable[EngineSequence], *, max_tokens: int = MAX_TOKENS
) -> dict[str, list[int]]:
    """Every sequence to its stop token or its limit, in one batch; they join one after another."""
    waiting = list(sequences)
    made: dict[str, list[int]] = {sequence.sequence_id: [] for sequence in waiting}
    running: set[str] = set()

    def take(name: str, token_id: int) -> None:
        made[name].append(token_id)
        if token_id == END or len(made[name]) == max_tokens:
            engine.remove([name])
            running.remove(name)

    while waiting or running:
        if waiting and len(running) < SPEC.max_slots:
            sequence = waiting.pop(0)
            prefill_all(engine, sequence)
            running.add(sequence.sequence_id)
        # As while prompts are read, and as while none is.
        for token in engine.decode(ahead=not waiting):
            take(token.sequence_id, token.token_id)
    return made


def test_every_answer_matches_its_schema(engine: MlxEngine) -> None:
    grammars = {name: compiled("json_schema", schema_text(name)) for name in SCHEMAS}
    sequences = [
        make_sequence(f"{name} {seed}", grammar, seed=seed, temperature=temperature)
        for name, grammar in grammars.items()
        for seed, temperature in enumerate((1.0, 1.0, WILD))
    ]
    num_cut = 0
    for label, token_ids in answers(engine, sequences).items():
        text = text_of(token_ids)
        if token_ids[-1] == END:
            jsonschema.validate(json.loads(text), SCHEMAS[label[:-2]])  # type: ignore[arg-type]
        else:
            num_cut += 1
            pydantic_core.from_json(text, allow_partial="trailing-strings")
    # Only a schema that allows endless answers may need more tokens than there are.
    assert num_cut < len(sequences) / 10


@pytest.mark.parametrize(
    ("kind", "source", "texts"),
    [
        ("choice", '["yes", "no", "not sure"]', {"yes", "no", "not sure"}),
        ("regex", "(1|22)x[ab]", {f"{n}x{letter}" for n in ("1", "22") for letter in "ab"}),
        ("lark", 'start: first "-" first\nfirst: "é" | "日"', {"é-é", "é-日", "日-é", "日-日"}),
    ],
)
def test_every_answer_is_one_of_those_that_match(
    engine: MlxEngine, kind: str, source: str, texts: set[str]
) -> None:
    grammar = compiled(kind, source)  # type: ignore[arg-type]
    sequences = [
        make_sequence(f"{seed}", grammar, seed=seed, temperature=WILD) for seed in range(12)
    ]
    made = {text_of(token_ids) for token_ids in answers(engine, sequences).values()}
    assert made <= texts
    assert len(made) > 1


def test_a_greedy_answer_matches_too(engine: MlxEngine) -> None:
    grammar = compiled("json_schema", schema_text("nested objects"))
    [token_ids] = answers(engine, [make_sequence("a", grammar, temperature=0)]).values()
    assert token_ids[-1] == END
    jsonschema.validate(json.loads(text_of(token_ids)), SCHEMAS["nested objects"])  # type: ignore[arg-type]


def test_neighbours_with_grammars_change_no_token_of_those_without(engine: MlxEngine) -> None:
    plain = [make_sequence(f"plain {seed}", None, seed=seed) for seed in range(4)]
    alone = answers(engine, plain, max_tokens=60)
    grammar = compiled("json_schema", schema_text("nested objects"))
    bound = [make_sequence(f"bound {seed}", grammar, seed=seed) for seed in range(4)]
    mixed = [each for pair in zip(plain, bound, strict=True) for each in pair]
    together = answers(engine, mixed, max_tokens=60)
    assert {name: together[name] for name in alone} == alone


def test_a_seeded_answer_is_the_same_alone_and_among_others(engine: MlxEngine) -> None:
    grammar = compiled("json_schema", schema_text("nested objects"))
    sequence = make_sequence("a", grammar, seed=5)
    alone = answers(engine, [sequence])["a"]
    others = [make_sequence(f"other {seed}", grammar, seed=seed) for seed in range(5)]
    assert answers(engine, [*others[:2], sequence, *others[2:]])["a"] == alone


def test_a_resumed_answer_goes_on_as_if_never_interrupted(engine: MlxEngine) -> None:
    grammar = compiled("json_schema", schema_text("a tool's arguments"))
    sequence = make_sequence("a", grammar, seed=4)
    whole = answers(engine, [sequence])["a"]
    assert whole[-1] == END
    for cut in range(1, len(whole), 9):
        resumed = make_sequence("a", grammar, seed=4, generated=whole[:cut])
        assert answers(engine, [resumed])["a"] == whole[cut:], cut


def test_an_answer_thinks_freely_and_matches_behind_its_thoughts(engine: MlxEngine) -> None:
    grammar = compiled("json_schema", schema_text("object"), begins_after=(THINK_END,))
    free = [make_sequence(f"{n}", grammar, seed=n, temperature=WILD) for n in range(16)]
    num_begun = 0
    for token_ids in answers(engine, free).values():
        if THINK_END not in token_ids:
            assert len(token_ids) == MAX_TOKENS
            continue
        num_begun += 1
        at = token_ids.index(THINK_END)
        assert END not in token_ids[:at]
        answer = json.loads(text_of(token_ids[at:]))
        jsonschema.validate(answer, SCHEMAS["object"])  # type: ignore[arg-type]
    assert num_begun > 5


def test_a_grammar_that_fails_fails_its_row_by_name(engine: MlxEngine) -> None:
    grammar = compiled("regex", "a{100}")
    prefill_all(engine, make_sequence("sound", grammar))
    # As if it had been generated; the mask after it finds the fault.
    prefill_all(engine, make_sequence("broken", grammar, generated=encode("z")))
    with pytest.raises(BadLogits) as caught:
        engine.decode(ahead=True)
    assert caught.value.sequence_ids == ("broken",)


def test_rows_come_and_go_among_grammars_in_any_order(engine: MlxEngine) -> None:
    rng = random.Random(2)
    grammars = [None, *(compiled("json_schema", schema_text(n)) for n in ("object", "recursive"))]
    sequences = [
        make_sequence(f"{n}", rng.choice(grammars), seed=n, prompt=PROMPT * rng.randint(1, 4))
        for n in range(16)
    ]
    alone: dict[str, list[int]] = {}
    for sequence in sequences:
        alone |= answers(engine, [sequence], max_tokens=50)
    assert answers(engine, sequences, max_tokens=50) == alone


def test_a_grammar_for_a_smaller_vocabulary_is_refused(small_model: LanguageModel) -> None:
    larger = EngineSpec(vocab_size=513, context_length=512, max_slots=8)
    with pytest.raises(InvalidSequence, match="grammar for 512 tokens; the vocabulary has 513"):
        MlxEngine(small_model, larger).add(make_sequence("a", compiled("json_object")))
