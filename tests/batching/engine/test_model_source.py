"""What is found out about a model before it is loaded, and what is said when it cannot be."""

import json
import shutil
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batching.engine.errors import (
    BrokenModel,
    ModelError,
    ModelNotFound,
    ModelUnreachable,
    UnsupportedArchitecture,
)
from batching.engine.model_facts import GenerationDefaults, ModelFacts, WeightFacts, derive_facts
from batching.engine.model_source import inspect_model

from .conftest import FakeHub, declare_embeddings

QWEN_3B = {
    "model_type": "qwen2",
    "max_position_embeddings": 32768,
    "num_hidden_layers": 36,
    "num_attention_heads": 16,
    "num_key_value_heads": 2,
    "hidden_size": 2048,
    "torch_dtype": "bfloat16",
}


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """A model folder that the test may spoil."""
    return Path(shutil.copytree(model_folder, tmp_path / "my-model"))


def edit_json(file: Path, **changes: Any) -> None:
    content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps(content | changes), encoding="utf-8")


def facts_of(config: dict[str, Any], generation_config: dict[str, Any] | None = None) -> ModelFacts:
    return derive_facts(
        config,
        generation_config or {},
        name="m",
        weights=WeightFacts(1000),
        path=None,
        revision=None,
    )


def test_a_folder_is_described_by_its_files(folder: Path) -> None:
    edit_json(folder / "generation_config.json", eos_token_id=[7, 9], temperature=0.7, top_k=20)
    facts = inspect_model(str(folder))
    assert (facts.name, facts.path, facts.revision) == ("my-model", folder, None)
    assert facts.weight_bytes == (folder / "model.safetensors").stat().st_size
    assert facts.num_parameters == 512 * 64 + 64 + 2 * (  # embeddings, last norm, two layers of
        2 * (64 * 64) + 64 + 2 * (64 * 32 + 32) + 3 * (64 * 128) + 2 * 64
    )
    assert (facts.dtype, facts.is_quantised, facts.context_length) == ("float32", False, 512)
    assert facts.kv_bytes_per_token == 2 * 2 * 2 * 16 * 4
    assert facts.eos_token_ids == {7, 9}
    assert facts.generation_defaults == GenerationDefaults(temperature=0.7, top_k=20)
    assert facts.notes == ()


def test_kv_bytes_come_from_heads_and_head_size() -> None:
    assert facts_of(QWEN_3B).kv_bytes_per_token == 2 * 36 * 2 * 128 * 2
    assert facts_of(QWEN_3B | {"head_dim": 64}).kv_bytes_per_token == 2 * 36 * 2 * 64 * 2
    one_head_each = {key: value for key, value in QWEN_3B.items() if "key_value" not in key}
    assert facts_of(one_head_each).kv_bytes_per_token == 2 * 36 * 2048 * 2
    headless = {"num_hidden_layers": 4, "hidden_size": 100}
    assert facts_of(headless).kv_bytes_per_token == 2 * 4 * 100 * 2


def test_a_model_that_also_sees_keeps_its_numbers_in_text_config() -> None:
    facts = facts_of({"model_type": "gemma3", "text_config": QWEN_3B | {"eos_token_id": 5}})
    assert facts.context_length == 32768
    assert facts.kv_bytes_per_token == 2 * 36 * 2 * 128 * 2
    assert facts.eos_token_ids == {5}


def test_older_families_name_their_numbers_differently() -> None:
    facts = facts_of({"n_layer": 12, "n_embd": 768, "n_head": 12, "n_positions": 1024})
    assert (facts.context_length, facts.kv_bytes_per_token) == (1024, 2 * 12 * 768 * 2)


def test_an_unknown_context_length_is_assumed_and_said() -> None:
    facts = facts_of({"num_hidden_layers": 2, "hidden_size": 64})
    assert facts.context_length == 4096
    assert "4096 tokens are assumed" in facts.notes[0]


def test_a_config_without_layers_is_broken() -> None:
    with pytest.raises(BrokenModel, match="has no num_hidden_layers"):
        facts_of({"hidden_size": 64})


@pytest.mark.parametrize("key", ["quantization", "quantization_config"])
def test_a_quantised_model_is_known_by_its_config(key: str) -> None:
    assert facts_of(QWEN_3B | {key: {"bits": 4, "group_size": 64}}).is_quantised
    assert facts_of({"text_config": QWEN_3B | {key: {"bits": 4}}}).is_quantised


@pytest.mark.parametrize(
    ("quantisation", "weight_format"),
    [
        ({}, "BF16"),
        ({"bits": 4, "group_size": 64}, "Q4"),
        ({"bits": 8, "mode": "affine"}, "Q8"),
        ({"bits": 4, "group_size": 32, "mode": "mxfp4"}, "MXFP4"),
        ({"quant_method": "fp8"}, "FP8"),
    ],
)
def test_the_format_of_the_weights_has_a_short_name(
    quantisation: dict[str, Any], weight_format: str
) -> None:
    facts = facts_of(QWEN_3B | {"torch_dtype": "bfloat16", "quantization": quantisation})
    assert facts.weight_format == weight_format


@pytest.mark.parametrize(
    ("quantisation", "bits"),
    [
        ({"bits": 4, "group_size": 64}, 4.5),
        ({"bits": 8}, 8.5),
        ({"bits": 4, "group_size": 32, "mode": "mxfp4"}, 4.25),
        ({}, 16),
    ],
)
def test_parameters_that_nothing_tells_are_counted_by_the_size_of_the_weights(
    quantisation: dict[str, Any], bits: float
) -> None:
    facts = facts_of(QWEN_3B | {"torch_dtype": "bfloat16", "quantization": quantisation})
    facts = replace(facts, num_parameters=None, weight_bytes=3_000_000_000)
    assert facts.approximate_num_parameters == int(3_000_000_000 * 8 / bits)


def test_do_sample_false_is_greedy_whatever_the_temperature() -> None:
    def temperature(**generation_config: Any) -> float | None:
        return facts_of(QWEN_3B, generation_config).generation_defaults.temperature

    assert temperature(do_sample=False, temperature=0.7) == 0
    assert temperature(do_sample=True, temperature=0.7) == 0.7
    assert temperature(temperature=0.7) == 0.7
    assert temperature(do_sample=True) is None
    assert temperature() is None


def test_end_tokens_of_the_generation_config_come_first() -> None:
    config = QWEN_3B | {"eos_token_id": 1}
    assert facts_of(config, {"eos_token_id": 4}).eos_token_ids == {4}
    assert facts_of(config, {"eos_token_id": None}).eos_token_ids == {1}
    assert facts_of(QWEN_3B).eos_token_ids == frozenset()


def expect_one_line(
    kind: type[ModelError], model: object, *words: str, revision: str | None = None
) -> None:
    with pytest.raises(kind) as caught:
        inspect_model(str(model), revision=revision)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_spoilt_folders_are_told_apart_in_one_line(folder: Path) -> None:
    config, weights = folder / "config.json", folder / "model.safetensors"

    whole = weights.read_bytes()
    weights.write_bytes(whole[:-100])
    expect_one_line(BrokenModel, folder, "model.safetensors is truncated", f"of {len(whole)}")
    weights.write_bytes(whole[:20])
    expect_one_line(BrokenModel, folder, "no readable safetensors header")
    weights.write_bytes(struct.pack("<Q", 2**60) + whole[8:])
    expect_one_line(BrokenModel, folder, "no readable safetensors header")
    edit_json(
        folder / "model.safetensors.index.json",
        weight_map={"a": "model.safetensors", "b": "model-2.safetensors"},
    )
    expect_one_line(BrokenModel, folder, "lacks model-2.safetensors")
    (folder / "model.safetensors.index.json").write_text("{", encoding="utf-8")
    expect_one_line(BrokenModel, folder, "index.json is not readable")
    (folder / "model.safetensors.index.json").unlink()
    weights.unlink()
    expect_one_line(BrokenModel, folder, "no model*.safetensors")

    edit_json(config, model_type="not_yet_invented")
    expect_one_line(UnsupportedArchitecture, folder, "'not_yet_invented'")
    edit_json(config, model_file="evil.py")
    expect_one_line(UnsupportedArchitecture, folder, "evil.py", "never run")
    config.write_text("[]", encoding="utf-8")
    expect_one_line(BrokenModel, folder, "no JSON object")
    config.write_text("{,", encoding="utf-8")
    expect_one_line(BrokenModel, folder, "not readable as JSON")
    config.unlink()
    expect_one_line(BrokenModel, folder, "no config.json")


@pytest.mark.parametrize("model", ["no-such-folder", "./no/such", "/no/such", "a/b/c", "a/.."])
def test_what_is_neither_a_folder_nor_a_hub_id_is_not_looked_up(model: str, hub: FakeHub) -> None:
    expect_one_line(ModelNotFound, model, repr(model))
    assert hub.paths_served == []


def test_a_model_type_that_mlx_lm_runs_under_another_name_is_known(folder: Path) -> None:
    edit_json(folder / "config.json", model_type="mistral")
    assert inspect_model(str(folder)).config["model_type"] == "mistral"


def test_a_hub_model_is_described_without_fetching_its_weights(hub: FakeHub, folder: Path) -> None:
    hub.models["org/small"] = folder
    edit_json(folder / "generation_config.json", do_sample=False)
    facts = inspect_model("org/small")
    assert (facts.name, facts.path, facts.revision) == ("org/small", None, hub.COMMIT)
    assert facts.weight_bytes == (folder / "model.safetensors").stat().st_size
    assert facts.generation_defaults.temperature == 0
    assert not any(path.endswith(".safetensors") for path in hub.paths_served)


def test_a_hub_model_without_a_generation_config_is_fine(hub: FakeHub, model_folder: Path) -> None:
    hub.models["org/small"] = model_folder
    assert inspect_model("org/small").generation_defaults == GenerationDefaults()


def test_hub_refusals_are_told_apart_in_one_line(hub: FakeHub, folder: Path) -> None:
    hub.models["org/small"] = folder
    hub.gated.add("org/gated")
    expect_one_line(ModelNotFound, "org/missing", "org/missing", "HF_TOKEN")
    expect_one_line(ModelNotFound, "org/gated", "gated", "HF_TOKEN")
    expect_one_line(ModelNotFound, "org/small", "no revision 'v9'", revision="v9")
    (folder / "model.safetensors").unlink()
    expect_one_line(BrokenModel, "org/small", "no model*.safetensors")
    (folder / "config.json").unlink()
    hub.models["org/empty"] = folder
    expect_one_line(BrokenModel, "org/empty", "no config.json")


def test_without_a_network_an_unfetched_model_is_unreachable(hub: FakeHub, folder: Path) -> None:
    hub.models["org/small"] = folder
    inspect_model("org/small")  # the configs are in the cache now, the weights are not
    hub.stop()
    expect_one_line(ModelUnreachable, "org/never-seen", "cannot be reached")
    expect_one_line(ModelUnreachable, "org/small", "not wholly in the cache")


def test_an_embedding_model_is_known_by_its_folder(folder: Path) -> None:
    assert inspect_model(str(folder)).embedding is None
    declare_embeddings(folder)
    edit_json(folder / "sentence_bert_config.json", max_seq_length=300)
    facts = inspect_model(str(folder))
    assert facts.embedding is not None
    assert (facts.embedding.pooling, facts.embedding.size) == ("lasttoken", 64)
    assert facts.context_length == 300


def test_an_embedding_model_on_the_hub_is_known_without_its_weights(
    hub: FakeHub, folder: Path
) -> None:
    hub.models["org/embedder"] = declare_embeddings(folder)
    facts = inspect_model("org/embedder")
    assert facts.embedding is not None
    assert facts.path is None
    assert not any("safetensors" in path for path in hub.paths_served)
