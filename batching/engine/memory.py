"""How many slots, and how long, fit beside the weights into this machine's memory.

Thread: both (pure).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from batching.engine.errors import ModelTooLarge
from batching.engine.model_facts import DTYPE_BYTES, DtypeName, ModelFacts

MIB = 1 << 20

RESERVE_SHARE = 0.10
RESERVE_BYTES = 256 * MIB
"""For activations, logits and mlx's buffers, which grow with the model; and a fixed part."""

KV_COPIES = 2
"""A row that joins or leaves makes mlx-lm rewrite the batch's cache: the old copy is still held."""

FEW_SLOTS = 4
SHORT_CONTEXT = 8192
SHORTEST_CONTEXT = 2048


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """What the engine may use. `note` says in one line what was reduced; None if nothing was."""

    max_slots: int
    context_length: int
    weights_bytes: int
    reserve_bytes: int
    kv_bytes: int
    note: str | None = None

    @property
    def total_bytes(self) -> int:
        return self.weights_bytes + self.reserve_bytes + self.kv_bytes


@dataclass(frozen=True, slots=True)
class _Demand:
    """What a model takes: once, and for each token of each slot."""

    weights_bytes: int
    kv_bytes_per_token: int

    def plan(self, max_slots: int, context_length: int) -> MemoryPlan:
        return MemoryPlan(
            max_slots=max_slots,
            context_length=context_length,
            weights_bytes=self.weights_bytes,
            reserve_bytes=int(self.weights_bytes * RESERVE_SHARE) + RESERVE_BYTES,
            kv_bytes=max_slots * context_length * self.kv_bytes_per_token * KV_COPIES,
        )


# Layers x kv heads x head size as in their config.json; keys and values in 16 bits.
SMALLER_MODELS = {
    "mlx-community/Qwen2.5-7B-Instruct-4bit": _Demand(4_280_000_000, 2 * 28 * 4 * 128 * 2),
    "mlx-community/Qwen2.5-3B-Instruct-4bit": _Demand(1_740_000_000, 2 * 36 * 2 * 128 * 2),
    "mlx-community/Qwen2.5-1.5B-Instruct-4bit": _Demand(870_000_000, 2 * 28 * 2 * 128 * 2),
}
"""Suggested, the largest that fits, to whoever asks for too much."""


def plan_memory(
    facts: ModelFacts,
    *,
    limit_bytes: int,
    max_slots: int,
    context_length: int | None,
    dtype: DtypeName,
) -> MemoryPlan:
    """Give up slots and context, in the order of `_reductions`, until everything fits.

    A `context_length` of None is the model's own; `dtype` is the type to compute in.

    Raises:
        ModelTooLarge: one slot of 2,048 tokens does not fit.
    """
    demand = _demand(facts, dtype)
    wanted_context = min(context_length or facts.context_length, facts.context_length)
    wanted = demand.plan(max_slots, wanted_context)
    for slots, context in _reductions(max_slots, wanted_context):
        plan = demand.plan(slots, context)
        if plan.total_bytes <= limit_bytes:
            note = _note(wanted, plan, limit_bytes=limit_bytes, facts=facts, asked=context_length)
            return replace(plan, note=note)
    raise ModelTooLarge(_refusal(facts.name, plan, limit_bytes=limit_bytes))


def _demand(facts: ModelFacts, dtype: DtypeName) -> _Demand:
    widening = DTYPE_BYTES[dtype] / DTYPE_BYTES[facts.dtype]
    # Packed integers keep their size; only the weights of a plain model are converted.
    weights_bytes = facts.weight_bytes * (1 if facts.is_quantised else widening)
    return _Demand(int(weights_bytes), int(facts.kv_bytes_per_token * widening))


def _reductions(max_slots: int, context_length: int) -> Iterator[tuple[int, int]]:
    """From what was wanted to the least: some company first, then a usable length, then either."""
    slots, context = max_slots, context_length
    yield slots, context
    for least_slots, least_context in ((FEW_SLOTS, SHORT_CONTEXT), (1, SHORTEST_CONTEXT)):
        while slots > least_slots:
            slots = max(slots // 2, least_slots)
            yield slots, context
        while context > least_context:
            context = max(context // 2, least_context)
            yield slots, context


def _note(
    wanted: MemoryPlan,
    plan: MemoryPlan,
    *,
    limit_bytes: int,
    facts: ModelFacts,
    asked: int | None,
) -> str | None:
    if plan != wanted:
        return (
            f"{_shape(wanted)} need {_gb(wanted.total_bytes)}; the limit is {_gb(limit_bytes)}: "
            f"serving {_shape(plan)}"
        )
    if asked is not None and asked > facts.context_length:
        return f"a context of {asked} tokens was asked for; {facts.name} has {facts.context_length}"
    return None


def _refusal(name: str, least: MemoryPlan, *, limit_bytes: int) -> str:
    fitting = [
        smaller
        for smaller, demand in SMALLER_MODELS.items()
        if smaller != name and demand.plan(1, SHORTEST_CONTEXT).total_bytes <= limit_bytes
    ]
    advice = f"{fitting[0]} fits" if fitting else "no recommended model is that small"
    return (
        f"{name} needs {_gb(least.total_bytes)} with {_shape(least)}; "
        f"the limit is {_gb(limit_bytes)}; {advice}"
    )


def _shape(plan: MemoryPlan) -> str:
    slots = "1 slot" if plan.max_slots == 1 else f"{plan.max_slots} slots"
    return f"{slots} of {plan.context_length} tokens"


def _gb(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.2f} GB"
