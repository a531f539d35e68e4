"""How much context, and how many slots, fit beside the weights into this machine's memory.

Thread: both (pure).
"""

from dataclasses import dataclass, replace

from batching.engine.errors import ModelTooLarge
from batching.engine.model_facts import DTYPE_BYTES, DtypeName, ModelFacts

MIB = 1 << 20

RESERVE_SHARE = 0.10
RESERVE_BYTES = 256 * MIB
"""For activations, logits and mlx's buffers, which grow with the model; and a fixed part."""

KV_COPIES = 2
"""A batch's cache that grows is copied; and it has places to spare, and some of the size it had."""

PREFIX_CACHE_SHARE = 0.25
"""Of what is left beside weights and reserve, unless a setting says how much."""

SHORTEST_CONTEXT = 2048
CONTEXT_STEP = 256
"""A reduced context is a multiple of this: mlx-lm's caches grow by so many tokens."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """What the engine may use. `note` says in one line what was reduced; None if nothing was.

    `kv_tokens` is how many tokens the KV caches of all running sequences may hold together; every
    one of them has room for a second copy. Sequences are admitted by it, so `max_slots` sequences
    of `context_length` tokens need not fit at the same time.
    """

    max_slots: int
    context_length: int
    kv_tokens: int
    weights_bytes: int
    reserve_bytes: int
    kv_bytes: int
    prefix_cache_bytes: int
    note: str | None = None

    @property
    def total_bytes(self) -> int:
        return self.weights_bytes + self.reserve_bytes + self.kv_bytes + self.prefix_cache_bytes


@dataclass(frozen=True, slots=True)
class _Demand:
    """What a model takes: once, and for each token that a running sequence holds."""

    weights_bytes: int
    kv_bytes_per_token: int

    @property
    def fixed_bytes(self) -> int:
        return self.weights_bytes + self.reserve_bytes

    @property
    def reserve_bytes(self) -> int:
        return int(self.weights_bytes * RESERVE_SHARE) + RESERVE_BYTES

    @property
    def least_bytes(self) -> int:
        """With one sequence of the shortest context."""
        return self.fixed_bytes + self.running_bytes(SHORTEST_CONTEXT)

    def running_bytes(self, num_tokens: int) -> int:
        return num_tokens * self.kv_bytes_per_token * KV_COPIES


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
    prefix_cache_bytes: int | None = None,
) -> MemoryPlan:
    """Give up context, then slots, until the weights and one sequence of that context fit.

    A `context_length` of None is the model's own; `dtype` is the type to compute in. A
    `prefix_cache_bytes` of None is a share of what is left, and never more than one sequence
    of the shortest context leaves.

    Raises:
        ModelTooLarge: one slot of 2,048 tokens does not fit.
    """
    demand = _demand(facts, dtype)
    if demand.least_bytes > limit_bytes:
        raise ModelTooLarge(_refusal(facts.name, demand, limit_bytes=limit_bytes))
    free_bytes = limit_bytes - demand.fixed_bytes
    if prefix_cache_bytes is None:
        prefix_cache_bytes = int(free_bytes * PREFIX_CACHE_SHARE)
    prefix_cache_bytes = min(prefix_cache_bytes, limit_bytes - demand.least_bytes)
    fitting_tokens = (free_bytes - prefix_cache_bytes) // demand.running_bytes(1)
    wanted_context = min(context_length or facts.context_length, facts.context_length)
    context = wanted_context
    if context > fitting_tokens:
        context = fitting_tokens // CONTEXT_STEP * CONTEXT_STEP
    slots = min(max_slots, fitting_tokens // SHORTEST_CONTEXT)
    kv_tokens = min(fitting_tokens, slots * context)
    plan = MemoryPlan(
        max_slots=slots,
        context_length=context,
        kv_tokens=kv_tokens,
        weights_bytes=demand.weights_bytes,
        reserve_bytes=demand.reserve_bytes,
        kv_bytes=demand.running_bytes(kv_tokens),
        prefix_cache_bytes=prefix_cache_bytes,
    )
    wanted = replace(plan, max_slots=max_slots, context_length=wanted_context)
    return replace(plan, note=_note(wanted, plan, facts=facts, asked=context_length))


def _demand(facts: ModelFacts, dtype: DtypeName) -> _Demand:
    widening = DTYPE_BYTES[dtype] / DTYPE_BYTES[facts.dtype]
    # Packed integers keep their size; only the weights of a plain model are converted.
    weights_bytes = facts.weight_bytes * (1 if facts.is_quantised else widening)
    return _Demand(int(weights_bytes), int(facts.kv_bytes_per_token * widening))


def _note(
    wanted: MemoryPlan, plan: MemoryPlan, *, facts: ModelFacts, asked: int | None
) -> str | None:
    if plan != wanted:
        return (
            f"{_gb(plan.total_bytes)} hold {facts.name} and {plan.kv_tokens} tokens at a time: "
            f"serving {_shape(plan.max_slots, plan.context_length)} instead of "
            f"{_shape(wanted.max_slots, wanted.context_length)}"
        )
    if asked is not None and asked > facts.context_length:
        return f"a context of {asked} tokens was asked for; {facts.name} has {facts.context_length}"
    return None


def _refusal(name: str, demand: _Demand, *, limit_bytes: int) -> str:
    fitting = [
        smaller
        for smaller, smaller_demand in SMALLER_MODELS.items()
        if smaller != name and smaller_demand.least_bytes <= limit_bytes
    ]
    advice = f"{fitting[0]} fits" if fitting else "no recommended model is that small"
    return (
        f"{name} needs {_gb(demand.least_bytes)} with {_shape(1, SHORTEST_CONTEXT)}; "
        f"the limit is {_gb(limit_bytes)}; {advice}"
    )


def _shape(max_slots: int, context_length: int) -> str:
    slots = "1 slot" if max_slots == 1 else f"{max_slots} slots"
    return f"{slots} of {context_length} tokens"


def _gb(num_bytes: int) -> str:
    return f"{num_bytes / 1e9:.2f} GB"
