"""Served models as Ollama lists, shows and finds them.

Thread: event loop.
"""

import hashlib

from api.errors import ModelNotFound
from api.ollama.answer_types import (
    Capability,
    ListedModel,
    ModelDescription,
    ModelDetails,
    RunningModel,
)
from api.ollama.times import as_text
from batching.errors import NotServing
from model_manager import ModelManager
from served_model import ServedModel

LOAD_RETRY_SECONDS = 5

TAG = ":latest"
"""Ollama's models have a tag; clients add this one to a name without, and look for it in lists."""

NEVER = "2200-01-01T00:00:00Z"
"""When a model leaves memory. Ollama's own client shows a time so far away as 'Forever'."""


def find_tagged(manager: ModelManager, name: str) -> ServedModel:
    """The model that a client means, with or without the tag.

    Raises:
        ModelNotFound: it is not served here.
    """
    model = manager.find(name) or manager.find(name.removesuffix(TAG))
    if model is None:
        raise ModelNotFound(name, served=manager.default.name)
    return model


def require_loaded(model: ServedModel) -> None:
    """For a client that wants the model to be there before it asks anything.

    Raises:
        NotServing: it is not there.
    """
    if model.state != "serving":
        raise NotServing(f"The model is {model.state}.", retry_after_seconds=LOAD_RETRY_SECONDS)


def listed(model: ServedModel) -> ListedModel:
    """As in GET /api/tags."""
    name = _tagged(model.name)
    return {
        "name": name,
        "model": name,
        "modified_at": as_text(model.created_unix),
        "size": model.facts.weight_bytes,
        "digest": _digest(model),
        "details": _details(model),
        "capabilities": _capabilities(model),
    }


def running(model: ServedModel) -> RunningModel:
    """As in GET /api/ps."""
    name, size = _tagged(model.name), model.facts.weight_bytes
    return {
        "name": name,
        "model": name,
        "size": size,
        "digest": _digest(model),
        "details": _details(model),
        "expires_at": NEVER,
        "size_vram": size,
        "context_length": model.context_length,
    }


def described(model: ServedModel) -> ModelDescription:
    """As POST /api/show answers."""
    family = _family(model)
    info: dict[str, str | int] = {
        "general.architecture": family,
        "general.basename": model.name,
        "general.parameter_count": model.facts.approximate_num_parameters,
        f"{family}.context_length": model.context_length,
    }
    if model.embedding:
        info[f"{family}.embedding_length"] = model.embedding.size
    return {
        "license": "",
        "modelfile": "",
        "parameters": "",
        "template": "",
        "details": _details(model),
        "model_info": info,
        "capabilities": _capabilities(model),
        "modified_at": as_text(model.created_unix),
    }


def _tagged(name: str) -> str:
    return name if ":" in name else name + TAG


def _digest(model: ServedModel) -> str:
    """64 hex digits, as clients expect them, that change when the model does."""
    return hashlib.sha256(model.fingerprint.encode()).hexdigest()


def _family(model: ServedModel) -> str:
    """Ollama's word for the model type."""
    return str(model.facts.config["model_type"])


def _details(model: ServedModel) -> ModelDetails:
    family = _family(model)
    return {
        "parent_model": "",
        "format": "safetensors",
        "family": family,
        "families": [family],
        "parameter_size": _short_number(model.facts.approximate_num_parameters),
        "quantization_level": model.facts.weight_format,
        "context_length": model.context_length,
    }


def _capabilities(model: ServedModel) -> list[Capability]:
    """Tools work with every chat model: a template that knows none gets them as text."""
    if model.embedding:
        return ["embedding"]
    can: list[Capability] = ["completion", "tools"]
    if model.can_think:
        can.append("thinking")
    if model.can_fill_in:
        can.append("insert")
    return can


def _short_number(number: int) -> str:
    """As Ollama writes numbers of parameters: 7.6B, 494M."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return str(number)
