"""What makes a fingerprint differ."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from batching.engine.model_facts import ModelFacts
from batching.engine.model_source import inspect_model
from batching.engine.prefix.fingerprint import model_fingerprint


def fingerprint(facts: ModelFacts, adapter_path: Path | None = None, block_tokens: int = 16) -> str:
    return model_fingerprint(
        facts, dtype="float32", adapter_path=adapter_path, block_tokens=block_tokens
    )


def test_the_same_model_has_the_same_fingerprint_after_a_restart(model_folder: Path) -> None:
    facts = [inspect_model(str(model_folder)) for _ in range(2)]
    assert fingerprint(facts[0]) == fingerprint(facts[1])


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: replace(facts, name="other"),
        lambda facts: replace(facts, revision="c0ffee"),
        lambda facts: replace(facts, config={**facts.config, "rope_theta": 1}),
    ],
)
def test_another_model_has_another(
    model_folder: Path, change: Callable[[ModelFacts], ModelFacts]
) -> None:
    facts = inspect_model(str(model_folder))
    assert fingerprint(change(facts)) != fingerprint(facts)


def test_what_is_done_with_the_model_counts(model_folder: Path, tmp_path: Path) -> None:
    facts = inspect_model(str(model_folder))
    (tmp_path / "adapters.safetensors").write_bytes(b"")
    others = [
        fingerprint(facts, adapter_path=tmp_path),
        fingerprint(facts, block_tokens=32),
        model_fingerprint(facts, dtype="bfloat16", adapter_path=None, block_tokens=16),
    ]
    assert fingerprint(facts) not in others


def test_a_local_model_is_another_when_its_weights_were_written_again(tmp_path: Path) -> None:
    (tmp_path / "adapters.safetensors").write_bytes(b"")
    facts = inspect_model(str(Path(__file__).resolve().parents[4] / "models" / "tiny"))
    before = fingerprint(facts, adapter_path=tmp_path)
    assert fingerprint(facts, adapter_path=tmp_path) == before
    os.utime(tmp_path / "adapters.safetensors", (1, 1))
    assert fingerprint(facts, adapter_path=tmp_path) != before
