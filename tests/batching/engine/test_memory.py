"""What fits into Macs of 8, 16 and 32 GB."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batching.engine.errors import ModelTooLarge
from batching.engine.memory import MemoryPlan, plan_memory
from batching.engine.model_facts import DtypeName, GenerationDefaults, ModelFacts

GIB = 1 << 30


def mac_bytes(ram_gb: int) -> int:
    """Metal's recommended working set: about two thirds of the RAM."""
    return ram_gb * GIB * 2 // 3


def make_facts(
    name: str,
    weight_bytes: int,
    *,
    kv_bytes_per_token: int,
    context_length: int = 32768,
    is_quantised: bool = True,
) -> ModelFacts:
    return ModelFacts(
        name=name,
        path=None,
        revision=None,
        config={},
        context_length=context_length,
        weight_bytes=weight_bytes,
        num_parameters=None,
        is_quantised=is_quantised,
        dtype="bfloat16",
        kv_bytes_per_token=kv_bytes_per_token,
        eos_token_ids=frozenset(),
        generation_defaults=GenerationDefaults(),
    )


QWEN_7B = make_facts("Qwen2.5-7B-4bit", 4_280_000_000, kv_bytes_per_token=2 * 28 * 4 * 128 * 2)
QWEN_3B = make_facts("Qwen2.5-3B-4bit", 1_740_000_000, kv_bytes_per_token=2 * 36 * 2 * 128 * 2)
TINY = make_facts(
    "tiny", 6_000_000, kv_bytes_per_token=2 * 4 * 64 * 2, context_length=4096, is_quantised=False
)


def plan(
    facts: ModelFacts,
    limit_bytes: int,
    *,
    max_slots: int = 16,
    context_length: int | None = None,
    dtype: DtypeName = "bfloat16",
    prefix_cache_bytes: int | None = None,
) -> MemoryPlan:
    return plan_memory(
        facts,
        limit_bytes=limit_bytes,
        max_slots=max_slots,
        context_length=context_length,
        dtype=dtype,
        prefix_cache_bytes=prefix_cache_bytes,
    )


@pytest.mark.parametrize(
    ("facts", "ram_gb", "slots", "context", "kv_tokens"),
    [
        (QWEN_7B, 8, 2, 4864, 4905),
        (QWEN_7B, 16, 16, 32768, 42354),
        (QWEN_7B, 32, 16, 32768, 117253),
        (QWEN_3B, 8, 16, 32768, 36053),
        (QWEN_3B, 16, 16, 32768, 94307),
        (TINY, 8, 16, 4096, 16 * 4096),
    ],
)
def test_what_a_mac_can_serve(
    facts: ModelFacts, ram_gb: int, slots: int, context: int, kv_tokens: int
) -> None:
    fitting = plan(facts, mac_bytes(ram_gb))
    assert (fitting.max_slots, fitting.context_length) == (slots, context)
    assert fitting.kv_tokens == kv_tokens
    assert fitting.total_bytes <= mac_bytes(ram_gb)
    assert (fitting.note is None) == (slots == 16)


def test_the_note_names_the_need_the_limit_and_what_is_served() -> None:
    assert plan(QWEN_7B, mac_bytes(8)).note == (
        "5.73 GB hold Qwen2.5-7B-4bit and 4905 tokens at a time: "
        "serving 2 slots of 4864 tokens instead of 16 slots of 32768 tokens"
    )


def test_one_sequence_may_always_fill_the_context() -> None:
    for ram_gb in (8, 16, 32):
        fitting = plan(QWEN_7B, mac_bytes(ram_gb))
        assert fitting.context_length <= fitting.kv_tokens


def test_the_prefix_cache_gets_a_share_or_what_is_asked_for_but_leaves_a_sequence() -> None:
    assert plan(QWEN_3B, 8 * GIB).prefix_cache_bytes > GIB
    asked = plan(QWEN_3B, 8 * GIB, prefix_cache_bytes=GIB)
    assert asked.prefix_cache_bytes == GIB
    assert plan(QWEN_3B, 8 * GIB, prefix_cache_bytes=0).kv_tokens > asked.kv_tokens
    greedy = plan(QWEN_3B, 8 * GIB, prefix_cache_bytes=99 * GIB)
    assert (greedy.max_slots, greedy.context_length) == (1, 2048)
    assert greedy.total_bytes <= 8 * GIB


def test_more_context_than_the_model_has_is_cut_and_said() -> None:
    cut = plan(TINY, mac_bytes(8), context_length=9999)
    assert cut.context_length == 4096
    assert cut.note == "a context of 9999 tokens was asked for; tiny has 4096"


def test_less_context_than_the_model_has_is_what_was_asked_for() -> None:
    asked = plan(QWEN_3B, mac_bytes(32), context_length=3000)
    assert (asked.max_slots, asked.context_length, asked.note) == (16, 3000, None)


def test_float32_doubles_plain_weights_and_the_cache_but_not_packed_weights() -> None:
    narrow, wide = plan(TINY, GIB), plan(TINY, GIB, dtype="float32")
    assert wide.weights_bytes == 2 * narrow.weights_bytes
    assert wide.kv_bytes == 2 * narrow.kv_bytes > 0
    assert plan(QWEN_3B, 99 * GIB, dtype="float32").weights_bytes == QWEN_3B.weight_bytes


@pytest.mark.parametrize(
    ("limit_bytes", "advice"),
    [
        (4_000_000_000, "Qwen2.5-3B-Instruct-4bit fits"),
        (2_000_000_000, "Qwen2.5-1.5B-Instruct-4bit fits"),
        (500_000_000, "no recommended model is that small"),
    ],
)
def test_a_refusal_names_need_limit_and_a_model_that_fits(limit_bytes: int, advice: str) -> None:
    with pytest.raises(ModelTooLarge) as caught:
        plan(QWEN_7B, limit_bytes)
    message = str(caught.value)
    assert message.startswith("Qwen2.5-7B-4bit needs 5.21 GB with 1 slot of 2048 tokens; ")
    assert f"the limit is {limit_bytes / 1e9:.2f} GB" in message
    assert message.endswith(advice)


@given(
    limit_gb=st.integers(1, 200),
    max_slots=st.integers(1, 64),
    context_length=st.integers(2048, 32768),
)
def test_a_plan_fits_its_limit_and_never_exceeds_what_was_wanted(
    limit_gb: int, max_slots: int, context_length: int
) -> None:
    try:
        fitting = plan(QWEN_3B, limit_gb * GIB, max_slots=max_slots, context_length=context_length)
    except ModelTooLarge:
        assert limit_gb < 3
        return
    assert fitting.total_bytes <= limit_gb * GIB
    assert 1 <= fitting.max_slots <= max_slots
    assert 2048 <= fitting.context_length <= context_length
    is_reduced = (fitting.max_slots, fitting.context_length) != (max_slots, context_length)
    assert (fitting.note is not None) == is_reduced
