"""The self-test passes for sound models, and finds what would otherwise be fluent nonsense."""

from typing import Any

import pytest
from mlx_lm.models import cache as mlx_lm_cache

from batching.engine.loader import LanguageModel
from batching.engine.make_engine import engine_after
from batching.engine.memory import MemoryPlan
from batching.engine.prefix.blocks import probe_layout
from batching.engine.row import Row
from batching.engine.running_batch import RunningBatch
from batching.engine.self_test import SelfTest, run_self_test

caches: Any = mlx_lm_cache
PLAN = MemoryPlan(
    max_slots=8,
    context_length=256,
    kv_tokens=2048,
    weights_bytes=0,
    reserve_bytes=0,
    kv_bytes=0,
    prefix_cache_bytes=1_000_000,
)


def test_sound_models_pass(model: LanguageModel) -> None:
    found = run_self_test(model, probe_layout(model))
    assert (found.batch_fault, found.prefix_fault) == (None, None)
    assert found.mixed_fault in (None, "not all layers have plain KV caches")


def test_a_wrong_place_in_the_batch_is_found(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = probe_layout(model)
    join = RunningBatch.join

    def shifted(batch: RunningBatch, row: Row, cache: list[Any]) -> None:
        for layer in cache:
            if isinstance(layer, caches.KVCache):
                layer.trim(1)
        join(batch, row, cache)

    monkeypatch.setattr(RunningBatch, "join", shifted)
    found = run_self_test(model, layout)
    assert found.batch_fault is not None
    assert "in a batch" in found.batch_fault
    assert found.prefix_fault is None


def test_a_wrong_restore_is_found(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = probe_layout(model)
    restore = layout.restore

    def off_by_one(blocks: Any, snapshot: Any, num_tokens: int) -> Any:
        cache = restore(blocks, snapshot, num_tokens)
        for layer in cache:
            if isinstance(layer, caches.KVCache):
                layer.trim(3)
        return cache

    monkeypatch.setattr(layout, "restore", off_by_one)
    found = run_self_test(model, layout)
    assert found.prefix_fault is not None
    assert "behind a cached prefix" in found.prefix_fault


def test_a_model_that_fails_is_served_one_at_a_time_and_says_so(model: LanguageModel) -> None:
    layout = probe_layout(model)
    engine = engine_after(SelfTest("it moves", "it moves too", None), model, layout, PLAN)
    assert (engine.spec.max_slots, engine.spec.can_mix) == (1, False)
    assert engine.spec.notes == (
        "requests are computed one at a time: it moves",
        "prompts are not kept for reuse: it moves too",
    )
    assert engine.prefix_stats() is None


def test_a_model_that_passes_has_its_slots_and_its_prefix_cache(model: LanguageModel) -> None:
    engine = engine_after(SelfTest(None, None, None), model, probe_layout(model), PLAN)
    assert (engine.spec.max_slots, engine.spec.notes) == (8, ())
    assert engine.spec.can_mix
    assert engine.prefix_stats() is not None


def test_a_model_without_mixed_forwards_is_served_without_them(model: LanguageModel) -> None:
    engine = engine_after(SelfTest(None, None, "it moves"), model, probe_layout(model), PLAN)
    assert not engine.spec.can_mix
    assert engine.spec.notes == ()
