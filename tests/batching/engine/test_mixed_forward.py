"""A mixed forward gives what separate ones give, for the models that can have one."""

import random
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models import cache as mlx_lm_cache

from batching.engine import mixed_forward as module
from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.mixed_forward import PromptPart, mixed_forward, prepare_mixed_forward
from batching.engine.mlx_engine import MlxEngine
from batching.engine.model_source import inspect_model
from batching.engine.prefix.blocks import probe_layout
from batching.engine.prefix.reuse import PrefixReuse
from batching.engine.protocol import Chunk, EngineSpec
from batching.engine.rows_kv_cache import RowsKVCache
from batching.engine.running_batch import RunningBatch
from batching.engine.sampling_params import SamplingParams
from batching.engine.self_test import run_self_test
from tests.batching.engine.conftest import CONFIGS, save_random_model
from tests.batching.engine.test_mlx_engine import (
    assert_greedy,
    generate,
    make_prompt,
    make_sequence,
    prefill_all,
)
from tests.batching.engine.test_running_batch import make_row

caches: Any = mlx_lm_cache
SPEC = EngineSpec(vocab_size=512, context_length=256, max_slots=8, can_mix=True)
PLAIN = ("experts", "llama", "qwen2", "qwen3")
"""The kinds of models whose layers all have plain KV caches."""


def load(kind: str, folder: Path) -> LanguageModel:
    facts = inspect_model(str(save_random_model(folder / kind, kind)))
    return load_language_model(facts, lambda stage, percent: None, dtype=facts.dtype)


@pytest.fixture(scope="module", params=PLAIN)
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    """Prepared for mixed forwards."""
    model = load(request.param, tmp_path_factory.mktemp("models"))
    assert prepare_mixed_forward(model) is None
    return model


@pytest.mark.parametrize("kind", sorted(set(CONFIGS) - set(PLAIN)))
def test_a_model_with_other_caches_has_none_and_says_why(kind: str, tmp_path: Path) -> None:
    model = load(kind, tmp_path)
    assert prepare_mixed_forward(model) == "not all layers have plain KV caches"


def test_preparing_again_changes_nothing(model: LanguageModel) -> None:
    kind = type(model.module.layers[-1])
    assert prepare_mixed_forward(model) is None
    assert type(model.module.layers[-1]) is kind


def test_logits_are_those_of_rows_and_completed_prompts(model: LanguageModel) -> None:
    batch = RunningBatch()
    for name in ("a", "b"):
        cache = model.new_cache()
        mx.eval(model.forward(mx.array([[5, 6, 7]]), cache))
        batch.join(make_row(name), cache)
    batch.settle()
    parts = [
        PromptPart((1, 2, 3), model.new_cache(), is_last=True),
        PromptPart((4, 5, 6, 7), model.new_cache(), is_last=False),
        PromptPart((8,), model.new_cache(), is_last=True),
    ]
    logits = mixed_forward(model, mx.array([[1], [2]]), batch.cache, parts)
    assert logits.shape == (4, 512)
    assert [part.cache[-1].offset for part in parts] == [3, 4, 1]


def test_a_model_that_masks_for_itself_is_found_out() -> None:
    rows, prompt = RowsKVCache(), caches.KVCache()
    rows.join([caches.KVCache()])
    layout = module._layout(rows, [PromptPart((1, 2), [prompt], is_last=False)])
    mixed = module._MixedKVCache(rows, [prompt], layout)
    with pytest.raises(ValueError, match="masks of its own"):
        mixed.make_mask(1, window_size=8)
    with pytest.raises(ValueError, match="masks of its own"):
        module._Attention(None)(mx.zeros(1), mx.zeros(1), mx.zeros(1), mixed, 1.0, mask=None)


def test_a_chunk_that_looks_ahead_is_found_at_load(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_causal", lambda num_tokens: None)
    found = run_self_test(model, probe_layout(model))
    assert found.mixed_fault is not None
    assert "in a mixed forward" in found.mixed_fault
    assert (found.batch_fault, found.prefix_fault) == (None, None)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("keeps", [False, True], ids=["fresh", "prefix cache"])
def test_greedy_text_of_mixed_steps_equals_single_generation(
    model: LanguageModel, seed: int, *, keeps: bool
) -> None:
    rng = random.Random(seed)
    reuse = PrefixReuse(probe_layout(model), max_bytes=50_000_000) if keeps else None
    engine = MlxEngine(model, SPEC, reuse=reuse)
    shared = [rng.randrange(512) for _ in range(40)]
    prompts = {f"s{i}": shared[: rng.choice([0, 40])] + make_prompt(rng) for i in range(12)}
    answers: dict[str, list[int]] = {name: [] for name in prompts}
    lengths = {name: rng.randint(1, 20) for name in prompts}
    waiting, num_left, running = list(prompts), dict[str, int](), set[str]()
    num_mixed = 0
    while waiting or num_left or running:
        while waiting and len(num_left) + len(running) < SPEC.max_slots and rng.random() < 0.6:
            name = waiting.pop()
            engine.add(make_sequence(name, prompts[name]))
            num_left[name] = len(prompts[name]) - engine.match_prefix(name).num_tokens
        chunks = [Chunk(name, rng.randint(1, num)) for name, num in num_left.items()]
        chunks = rng.sample(chunks, rng.randint(0, len(chunks)))
        if chunks and (rng.random() < 0.5 or running):
            tokens = engine.decode(ahead=False)
            tokens += engine.decode(ahead=False, chunks=chunks, rows_rest=rng.random() < 0.3)
            num_mixed += 1
        else:
            for chunk in chunks:
                engine.prefill(chunk.sequence_id, chunk.num_tokens)
            tokens = engine.decode(ahead=rng.random() < 0.5)
        for chunk in chunks:
            num_left[chunk.sequence_id] -= chunk.num_tokens
        running |= {name for name, num in num_left.items() if num == 0}
        num_left = {name: num for name, num in num_left.items() if num}
        for token in tokens:
            answers[token.sequence_id].append(token.token_id)
        done = [name for name in running if len(answers[name]) >= lengths[name]]
        for name in done:
            engine.finish(name, (*prompts[name], *answers[name]))
        running.difference_update(done)
    assert num_mixed > 5
    engine.check_integrity()
    for name, prompt in prompts.items():
        assert_greedy(model, prompt, answers[name])


def test_a_seeded_sequence_is_the_same_alone_and_while_prompts_are_read(
    model: LanguageModel,
) -> None:
    engine = MlxEngine(model, SPEC)
    sequence = make_sequence("seeded", range(30), sampling=SamplingParams(seed=5, top_p=0.95))
    alone = generate(engine, sequence, 20)
    prefill_all(engine, make_sequence("row", range(9)))
    engine.add(make_sequence("other", range(200)))
    engine.add(sequence)
    tokens = engine.decode(ahead=False, chunks=[Chunk("seeded", 20), Chunk("other", 3)])
    tokens += engine.decode(ahead=False, chunks=[Chunk("other", 3), Chunk("seeded", 10)])
    for _ in range(19):
        tokens += engine.decode(ahead=False, chunks=[Chunk("other", 7)])
    assert [token.token_id for token in tokens if token.sequence_id == "seeded"] == alone


def test_rows_rest_while_chunks_are_read_alone(model: LanguageModel) -> None:
    engine = MlxEngine(model, SPEC)
    prefill_all(engine, make_sequence("row", range(9)))
    engine.add(make_sequence("prompt", range(20)))
    assert engine.decode(ahead=False, chunks=[Chunk("prompt", 12)], rows_rest=True) == []
    [first] = engine.decode(ahead=False, chunks=[Chunk("prompt", 8)], rows_rest=True)
    assert first.sequence_id == "prompt"
    assert len(engine.decode(ahead=False)) == 2


def test_chunks_are_refused_beside_what_is_under_way(model: LanguageModel) -> None:
    engine = MlxEngine(model, SPEC)
    engine.add(make_sequence("prompt", range(9)))
    prefill_all(engine, make_sequence("row", range(9)))
    engine.decode(ahead=True)
    with pytest.raises(ValueError, match="under way"):
        engine.decode(ahead=False, chunks=[Chunk("prompt", 9)])
    engine.decode(ahead=False)
    with pytest.raises(ValueError, match="9 are left"):
        engine.decode(ahead=False, chunks=[Chunk("prompt", 10)])
