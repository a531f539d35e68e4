"""The bundled model, served: its answers keep to their grammars, whatever happens on the way."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import jsonschema
import pytest
import pytest_asyncio

from batching.engine.loader import load_language_model
from batching.engine.mixed_forward import prepare_mixed_forward
from batching.engine.mlx_engine import MlxEngine
from batching.engine.protocol import (
    Chunk,
    Engine,
    EngineSequence,
    EngineSpec,
    Grammar,
    ReportProgress,
    SampledToken,
)
from batching.engine.sampling_params import SamplingParams
from batching.errors import InvalidGrammar
from batching.messages import StopRules, Submit
from model_plan import ModelPlan, plan_model
from prompts.text_stream import TextStream
from served_model import ServedModel
from settings import TINY_MODEL_NAME, Settings
from tests.batching.grammar_examples import SCHEMAS, schema_text

MAX_TOKENS = 300
PROMPT = "Write JSON."
FEW_TOKENS = 150
"""Room for one answer, or for several that have not come far."""


class TroubledEngine(MlxEngine):
    """Some decodes fail, and the memory shrinks: sequences are computed again and paused."""

    num_decodes = 0
    num_resumed = 0

    @property
    def spec(self) -> EngineSpec:
        # The batcher asks before the first decode, and admits more than there will be room for.
        return replace(super().spec, kv_tokens=FEW_TOKENS if self.num_decodes else None)

    def add(self, sequence: EngineSequence) -> None:
        super().add(sequence)
        TroubledEngine.num_resumed += len(sequence.token_ids) > sequence.num_prompt_tokens

    def decode(
        self, *, ahead: bool, chunks: Sequence[Chunk] = (), rows_rest: bool = False
    ) -> list[SampledToken]:
        self.num_decodes += 1
        if self.num_decodes in range(20, 100, 20):
            raise RuntimeError("out of memory")
        return super().decode(ahead=ahead, chunks=chunks, rows_rest=rows_rest)


def make_troubled_engine(plan: ModelPlan, report: ReportProgress) -> Engine:
    model = load_language_model(plan.facts, report, dtype=plan.dtype)
    assert prepare_mixed_forward(model) is None
    return TroubledEngine(model, EngineSpec(model.vocab_size, 512, max_slots=8, can_mix=True))


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ServedModel]:
    served = ServedModel(plan_model(make_settings()))
    await served.load()
    yield served
    assert await served.stop()


def make_settings() -> Settings:
    return Settings(model=TINY_MODEL_NAME, max_slots=8, prefix_disk_gb=0, answer_cache_mb=0)


async def answer(
    model: ServedModel, grammar: Grammar, *, name: str = "a", rules: StopRules | None = None
) -> str:
    """One answer's text; the grammar has to end it."""
    prompt = model.tokenizer.encode(PROMPT)
    stream = model.batcher.submit(
        Submit(
            name,
            tuple(prompt),
            SamplingParams(seed=len(name)),
            rules or StopRules(MAX_TOKENS, stop_token_ids=model.eos_token_ids),
            grammar=await model.compile_grammar(grammar),
        )
    )
    text = TextStream(model.tokenizer)
    pieces = [text.push(bunch) async for bunch in stream]
    assert stream.finish_reason == "stop", "".join(pieces)
    return "".join(pieces) + text.finish()


async def check_all(model: ServedModel) -> None:
    """An answer for each schema, all at once."""
    texts = await asyncio.gather(
        *(answer(model, Grammar("json_schema", schema_text(name)), name=name) for name in SCHEMAS)
    )
    for name, text in zip(SCHEMAS, texts, strict=True):
        jsonschema.validate(json.loads(text), SCHEMAS[name])  # type: ignore[arg-type]


async def test_every_answer_matches_its_schema(model: ServedModel) -> None:
    await check_all(model)


async def test_every_answer_matches_though_all_are_computed_again() -> None:
    served = ServedModel(plan_model(make_settings()), make_engine=make_troubled_engine)
    await served.load()
    await check_all(served)
    assert TroubledEngine.num_resumed > 8
    assert await served.stop()


@pytest.mark.parametrize(
    "rules",
    [StopRules(MAX_TOKENS), StopRules(MAX_TOKENS, min_tokens=200)],
    ids=["no stop tokens", "min_tokens"],
)
async def test_a_complete_answer_ends_whatever_the_stop_rules_say(
    model: ServedModel, rules: StopRules
) -> None:
    text = await answer(model, Grammar("choice", '["yes", "no"]'), rules=rules)
    assert text in ("yes", "no")


async def test_a_wrong_grammar_is_refused_before_anything_is_queued(model: ServedModel) -> None:
    with pytest.raises(InvalidGrammar, match="unclosed group"):
        await model.compile_grammar(Grammar("regex", "(a"))
    assert model.batcher.num_running == model.batcher.num_waiting == 0
