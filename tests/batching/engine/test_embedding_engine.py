"""The embedding engine against mlx-lm's own models and numpy, input by input."""

import importlib
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from mlx_lm.utils import load_model

from batching.engine.embedding_engine import (
    FREE_PADDING,
    PADDING_SHARE,
    EmbeddingEngine,
    group_sizes,
)
from batching.engine.errors import BadVector, EngineError, InvalidSequence, UnsupportedArchitecture
from batching.engine.make_engine import make_mlx_engine
from batching.engine.memory import plan_memory
from batching.engine.model_source import inspect_model
from batching.engine.protocol import Engine, EngineSequence
from batching.engine.sampling_params import SamplingParams

from .conftest import CONFIGS, declare_embeddings, save_random_model

SIZE = 64
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def load_engine(folder: Path) -> Engine:
    """As the server makes it."""
    facts = inspect_model(str(folder))
    plan = plan_memory(facts, limit_bytes=10**9, max_slots=8, context_length=None, dtype="float32")
    return make_mlx_engine(facts, lambda stage, percent: None, plan=plan, dtype="float32")


def make_job(inputs: Sequence[Sequence[int]], name: str = "job") -> EngineSequence:
    token_ids = tuple(token_id for each in inputs for token_id in each)
    lengths = tuple(map(len, inputs))
    return EngineSequence(name, token_ids, len(token_ids), SamplingParams(), input_lengths=lengths)


def make_inputs(seed: int = 0) -> list[list[int]]:
    rng = random.Random(seed)
    lengths = [rng.choice([1, 2, rng.randint(3, 90)]) for _ in range(12)]
    return [[rng.randrange(512) for _ in range(length)] for length in lengths]


def embed(
    engine: Engine,
    inputs: Sequence[Sequence[int]],
    *,
    chunk_of: Callable[[int], int] = lambda num_left: num_left,
) -> Numbers:
    """All inputs in one sequence, read by chunks; (inputs, size)."""
    job = make_job(inputs)
    engine.add(job)
    num_left = len(job.token_ids)
    found: dict[int, bytes] = {}
    while num_left:
        num_tokens = min(num_left, chunk_of(num_left))
        found |= {each.index: each.values for each in engine.prefill("job", num_tokens).vectors}
        num_left -= num_tokens
    engine.remove(["job"])
    return np.array([np.frombuffer(found[index], "<f4") for index in range(len(inputs))])


def reference(
    folder: Path, inputs: Sequence[Sequence[int]], *, pooling: str, normalises: bool
) -> Numbers:
    module: Any = load_model(folder)[0]
    vectors = []
    for each in inputs:
        states = np.array(module.model(mx.array([each]))[0])
        vector = {"cls": states[0], "mean": states.mean(axis=0), "lasttoken": states[-1]}[pooling]
        vectors.append(vector / np.linalg.norm(vector) if normalises else vector)
    return np.array(vectors)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small qwen3 that declares embeddings like Qwen3-Embedding."""
    return declare_embeddings(save_random_model(tmp_path / "qwen3", "qwen3"))


@pytest.fixture
def engine(folder: Path) -> Engine:
    return load_engine(folder)


@pytest.mark.parametrize("normalises", [True, False])
@pytest.mark.parametrize("pooling", ["cls", "mean", "lasttoken"])
def test_vectors_are_those_of_each_input_alone(
    tmp_path: Path, pooling: str, *, normalises: bool
) -> None:
    folder = save_random_model(tmp_path / "qwen3", "qwen3")
    declare_embeddings(folder, pooling=pooling, normalises=normalises)
    engine, inputs = load_engine(folder), make_inputs()
    expected = reference(folder, inputs, pooling=pooling, normalises=normalises)
    rng = random.Random(1)
    at_once = embed(engine, inputs)
    in_chunks = embed(engine, inputs, chunk_of=lambda num_left: rng.randint(1, 40))
    assert isinstance(engine, EmbeddingEngine)
    assert engine.spec.embedding_size == SIZE
    np.testing.assert_allclose(at_once, expected, rtol=0, atol=1e-4)
    np.testing.assert_allclose(in_chunks, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", sorted(CONFIGS.keys() - {"qwen3"}))
def test_other_families_make_embeddings_too(tmp_path: Path, kind: str) -> None:
    folder = declare_embeddings(save_random_model(tmp_path / kind, kind), pooling="mean")
    inputs = make_inputs()
    expected = reference(folder, inputs, pooling="mean", normalises=True)
    found = embed(load_engine(folder), inputs, chunk_of=lambda num_left: 37)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_a_checkpoint_of_the_body_alone_is_the_same_model(folder: Path, tmp_path: Path) -> None:
    expected = embed(load_engine(folder), make_inputs())
    weights: Any = mx.load(str(folder / "model.safetensors"))
    bare = {name.removeprefix("model."): array for name, array in weights.items()}
    mx.save_safetensors(str(folder / "model.safetensors"), bare, {"format": "pt"})
    config = (folder / "config.json").read_text(encoding="utf-8")
    untied = config.replace('"tie_word_embeddings": true', '"tie_word_embeddings": false')
    assert untied != config
    (folder / "config.json").write_text(untied, encoding="utf-8")
    np.testing.assert_array_equal(embed(load_engine(folder), make_inputs()), expected)


def test_a_head_that_is_not_needed_is_left_out(folder: Path) -> None:
    expected = embed(load_engine(folder), make_inputs())
    weights: Any = mx.load(str(folder / "model.safetensors"))
    weights["lm_head.weight"] = mx.zeros((512, SIZE))
    weights["lm_head.scales"] = mx.zeros((512, 1))
    mx.save_safetensors(str(folder / "model.safetensors"), weights, {"format": "pt"})
    np.testing.assert_array_equal(embed(load_engine(folder), make_inputs()), expected)


def test_jobs_take_turns_without_mixing(engine: Engine) -> None:
    first, second = make_inputs(1), make_inputs(2)
    expected = [embed(engine, first), embed(engine, second)]
    jobs = {"a": make_job(first, "a"), "b": make_job(second, "b")}
    found: dict[str, dict[int, bytes]] = {"a": {}, "b": {}}
    num_left = {name: len(job.token_ids) for name, job in jobs.items()}
    for job in jobs.values():
        engine.add(job)
    while any(num_left.values()):
        for name in jobs:
            num_tokens = min(7, num_left[name])
            if num_tokens:
                vectors = engine.prefill(name, num_tokens).vectors
                found[name] |= {each.index: each.values for each in vectors}
                num_left[name] -= num_tokens
    for name, vectors_expected in zip(jobs, expected, strict=True):
        values = [np.frombuffer(found[name][index], "<f4") for index in sorted(found[name])]
        np.testing.assert_allclose(np.array(values), vectors_expected, rtol=0, atol=1e-4)


def test_a_vector_that_is_no_number_names_its_sequence(engine: Engine) -> None:
    assert isinstance(engine, EmbeddingEngine)
    assert engine._model is not None
    body = engine._model.body
    body.norm.weight = body.norm.weight * mx.nan
    engine.add(make_job([[1, 2, 3]]))
    with pytest.raises(BadVector, match="not made of numbers") as raised:
        engine.prefill("job", 3)
    assert raised.value.sequence_ids == ("job",)


def test_a_removed_job_leaves_its_place(engine: Engine) -> None:
    expected = embed(engine, [[4, 5, 6, 7]])
    engine.add(make_job([[1, 2, 3]]))
    engine.prefill("job", 2)
    engine.remove(["job", "unknown"])
    np.testing.assert_array_equal(embed(engine, [[4, 5, 6, 7]]), expected)


def test_what_it_cannot_take_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidSequence, match="asks for text; the model makes vectors"):
        engine.add(EngineSequence("text", (1, 2), 2, SamplingParams()))
    with pytest.raises(InvalidSequence, match="513 tokens; the limit is 512"):
        engine.add(make_job([[1], [1] * 513]))
    with pytest.raises(InvalidSequence, match="names token 512"):
        engine.add(make_job([[1], [512]]))
    with pytest.raises(InvalidSequence, match="each needs 1"):
        engine.add(make_job([[1], []]))
    engine.add(make_job([[1] * 512, [1] * 512]))
    with pytest.raises(ValueError, match="1024 are left"):
        engine.prefill("job", 1025)


def test_a_closed_engine_takes_nothing(folder: Path) -> None:
    def load_and_close() -> None:
        engine = load_engine(folder)
        engine.close()
        engine.close()
        engine.remove(["unknown"])
        with pytest.raises(EngineError, match="closed"):
            engine.add(make_job([[1]]))

    with ThreadPoolExecutor(1) as thread:  # closing ends the use of mlx on its thread
        thread.submit(load_and_close).result()


def test_a_model_that_differs_in_company_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qwen3: Any = importlib.import_module("mlx_lm.models.qwen3")
    attend = qwen3.create_attention_mask
    monkeypatch.setattr(
        qwen3, "create_attention_mask", lambda states, cache: cache and attend(states, cache)
    )
    with (
        ThreadPoolExecutor(1) as thread,  # so does a refusal
        pytest.raises(UnsupportedArchitecture, match="in company"),
    ):
        thread.submit(load_engine, folder).result()


@pytest.mark.parametrize("seed", range(20))
def test_groups_hold_all_inputs_with_little_padding(seed: int) -> None:
    rng = random.Random(seed)
    lengths = [rng.choice([1, rng.randint(1, 20), rng.randint(1, 500)]) for _ in range(50)]
    first = 0
    for num_rows in group_sizes(lengths):
        group = lengths[first : first + num_rows]
        padding = len(group) * max(group) - sum(group)
        assert padding <= max(FREE_PADDING, PADDING_SHARE * sum(group))
        first += num_rows
    assert first == len(lengths)


def test_inputs_of_one_length_share_one_forward() -> None:
    assert list(group_sizes([20] * 30)) == [30]
