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
from model_manager import ModelManager
from served_model import ServedModel

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
    return {
        "license": "",
        "modelfile": "",
        "parameters": "",
        "template": "",
        "details": _details(model),
        "model_info": {
            "general.architecture": family,
            "general.basename": model.name,
            "general.parameter_count": model.facts.approximate_num_parameters,
            f"{family}.context_length": model.context_length,
        },
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
    """Tools work with every model: a template that knows none gets them as text."""
    return ["completion", "tools", "thinking"] if model.can_think else ["completion", "tools"]


def _short_number(number: int) -> str:
    """As Ollama writes numbers of parameters: 7.6B, 494M."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return str(number)
