"""Checks of the model: it exists, is on the disk, and fits into memory.

Thread: both (a process of its own).
"""

from typing import TYPE_CHECKING

import psutil

from doctor.finding import Finding, ok, problem, warning
from settings import Settings

if TYPE_CHECKING:
    from model_plan import ModelPlan


def find_plan(settings: Settings) -> "ModelPlan | Finding":
    """What the server would plan, or why it cannot; asks the hub about a model of the hub."""
    # Imported here: they need mlx, which may be what is missing.
    try:
        from batching.engine.errors import ModelError, ModelTooLarge
        from model_plan import plan_model
    except (ImportError, OSError):
        return problem("model", "cannot be checked without a backend", "mend the backend first")
    try:
        return plan_model(settings)
    except ModelTooLarge as error:
        mend = "choose a smaller --model, or a higher --memory-limit-gb if one is set"
        return problem("model", str(error), mend)
    except ModelError as error:
        return problem("model", str(error), "mend --model (HEARTH_MODEL); see docs/models.md")


def check_model(plan: "ModelPlan | Finding") -> Finding:
    """Whether it is there, and served as it was asked for."""
    if isinstance(plan, Finding):
        return plan
    facts, memory = plan.facts, plan.memory
    size = f"{facts.name} of {in_words(facts.weight_bytes)}"
    if facts.path is None:
        mend = "nothing: the first start downloads it"
        return warning("model", f"{size} is not on this disk yet", mend)
    if plan.notes:
        mend = "nothing, if that is enough; else see docs/models.md"
        return warning("model", f"{size}: {'; '.join(plan.notes)}", mend)
    shape = f"{memory.max_slots} slots of {memory.context_length} tokens"
    return ok("model", f"{size}; the memory has room for {shape}")


def check_memory(
    plan: "ModelPlan | Finding", *, is_running: bool, free_bytes: int | None = None
) -> Finding:
    """Whether what other programs leave is enough for the weights.

    `is_running`: Hearth holds its memory already, so it need not fit again.
    """
    memory = psutil.virtual_memory()
    free_bytes = memory.available if free_bytes is None else free_bytes
    found = f"{in_words(free_bytes)} of {in_words(memory.total)} are free"
    if isinstance(plan, Finding) or is_running:
        return ok("memory", found)
    need_bytes = plan.memory.weights_bytes + plan.memory.reserve_bytes
    if need_bytes > free_bytes:
        mend = "close other programs, or choose a smaller --model"
        return problem("memory", f"{found}; the model needs {in_words(need_bytes)}", mend)
    return ok("memory", f"{found}; the model needs {in_words(need_bytes)} and room for prompts")


def in_words(num_bytes: float) -> str:
    """Bytes as people say them."""
    return f"{num_bytes / 1e9:.1f} GB" if num_bytes >= 1e9 else f"{num_bytes / 1e6:.0f} MB"
