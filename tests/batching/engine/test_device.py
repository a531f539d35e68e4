"""Limits and types that depend on the machine."""

from pathlib import Path

import pytest

from batching.engine import device
from batching.engine.model_facts import WeightFacts, derive_facts

needs_cpu = pytest.mark.skipif(device.backend() != "cpu", reason="what a CPU does")


def test_there_is_some_memory_for_a_model() -> None:
    assert device.machine_limit_bytes() > 100_000_000


@needs_cpu
def test_a_container_limit_lowers_what_a_model_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (tmp_path / "memory.max", tmp_path / "memory.limit_in_bytes")
    monkeypatch.setattr(device, "CGROUP_LIMIT_FILES", files)
    unlimited = device.machine_limit_bytes()
    files[0].write_text("max\n", encoding="ascii")
    assert device.machine_limit_bytes() == unlimited
    files[0].write_text("50000000\n", encoding="ascii")
    assert device.machine_limit_bytes() == 40_000_000


@needs_cpu
@pytest.mark.parametrize(
    ("config", "dtype"), [({}, "float32"), ({"quantization": {"bits": 4}}, "float16")]
)
def test_a_cpu_computes_plain_weights_in_float32(config: dict[str, object], dtype: str) -> None:
    facts = derive_facts(
        {"num_hidden_layers": 2, "hidden_size": 64} | config,
        {},
        name="m",
        weights=WeightFacts(1000, dtype="float16"),
        path=None,
        revision=None,
    )
    assert device.default_dtype(facts) == dtype
