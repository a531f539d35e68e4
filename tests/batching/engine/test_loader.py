"""Loading: download, conversion, adapters, and files that do not fit together."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from batching.engine.errors import BrokenModel, ModelUnreachable
from batching.engine.loader import LanguageModel, load_language_model
from batching.engine.model_facts import DtypeName
from batching.engine.model_source import inspect_model
from batching.engine.protocol import ReportProgress

from .conftest import FakeHub


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """A model folder that the test may spoil."""
    return Path(shutil.copytree(model_folder, tmp_path / "my-model"))


def load(
    model: Path | str,
    *,
    dtype: DtypeName = "float32",
    adapter_path: Path | None = None,
    report: ReportProgress = lambda stage, percent: None,
) -> LanguageModel:
    return load_language_model(
        inspect_model(str(model)), report, dtype=dtype, adapter_path=adapter_path
    )


def logits_of(model: LanguageModel, token_ids: Sequence[int] = (1, 2, 3)) -> mx.array:
    return model.forward(mx.array([token_ids], dtype=mx.int32), model.new_cache())


def rewrite_weights(folder: Path, **changes: mx.array | None) -> None:
    """Replace tensors, or drop those that are None."""
    weights = dict(mx.load(str(folder / "model.safetensors"))) | changes  # type: ignore[arg-type]
    mx.eval(weights)
    kept = {name: array for name, array in weights.items() if array is not None}
    mx.save_safetensors(str(folder / "model.safetensors"), kept, {"format": "mlx"})


def test_loading_reports_its_stages_to_their_end(folder: Path) -> None:
    reports: list[tuple[str, int]] = []
    model = load(folder, report=lambda stage, percent: reports.append((stage, percent)))
    assert model.vocab_size == 512
    assert reports == [("loading", 100), ("warming up", 0), ("warming up", 50), ("warming up", 100)]


def test_another_dtype_converts_the_weights(folder: Path) -> None:
    assert logits_of(load(folder)).dtype == mx.float32
    assert logits_of(load(folder, dtype="bfloat16")).dtype == mx.bfloat16


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model.norm.weight": None}, "Missing 1 parameters"),
        ({"model.norm.weight": mx.zeros((3,))}, "shape"),
        ({"model.extra.weight": mx.zeros((3,))}, "not in model"),
        ({"model.norm.weight": mx.full((64,), float("nan"))}, "not numbers"),
    ],
)
def test_tensors_that_do_not_fit_are_a_broken_model(
    folder: Path, changes: dict[str, Any], reason: str
) -> None:
    rewrite_weights(folder, **changes)
    with pytest.raises(BrokenModel, match=reason) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


def test_a_config_that_lacks_what_the_architecture_needs_is_a_broken_model(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    del config["rms_norm_eps"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(BrokenModel, match="rms_norm_eps"):
        load(folder)


def test_an_adapter_changes_the_answer(folder: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    settings = {
        "fine_tune_type": "lora",
        "num_layers": 1,
        "lora_parameters": {"rank": 2, "scale": 10.0, "dropout": 0.0},
    }
    (adapter / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    name = "model.layers.1.self_attn.q_proj.lora_"
    weights = {name + "a": mx.ones((64, 2)), name + "b": mx.ones((2, 64))}
    mx.save_safetensors(str(adapter / "adapters.safetensors"), weights)
    adapted = logits_of(load(folder, adapter_path=adapter))
    assert not mx.allclose(adapted, logits_of(load(folder))).item()


def test_a_missing_adapter_is_named(folder: Path) -> None:
    with pytest.raises(BrokenModel, match="no-such-adapter"):
        load(folder, adapter_path=Path("no-such-adapter"))


def test_a_hub_model_is_downloaded_once_and_then_needs_no_network(
    hub: FakeHub, folder: Path
) -> None:
    (folder / "modeling_own.py").write_text("raise SystemExit", encoding="utf-8")
    hub.models["org/small"] = folder
    reports: list[tuple[str, int]] = []
    model = load("org/small", report=lambda stage, percent: reports.append((stage, percent)))
    assert mx.array_equal(logits_of(model), logits_of(load(folder))).item()
    assert reports[0][0] == "downloading"
    assert ("downloading", 100) in reports
    assert not any(path.endswith(".py") for path in hub.paths_served)

    hub.stop()
    facts = inspect_model("org/small")
    assert facts.path is not None
    assert (facts.name, facts.revision) == ("org/small", hub.COMMIT)
    load("org/small")


def test_a_download_that_breaks_off_says_so(
    hub: FakeHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The hub client waits longer and longer between its five tries.
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    hub.models["org/small"] = folder
    facts = inspect_model("org/small")
    hub.stop()
    with pytest.raises(ModelUnreachable, match="org/small"):
        load_language_model(facts, lambda stage, percent: None, dtype="float32")
