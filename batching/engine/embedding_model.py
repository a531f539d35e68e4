"""An mlx-lm model without its head, whose states become embeddings.

Thread: inference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.nn.layers.base import Module

from batching.engine.embedding_facts import EmbeddingFacts
from batching.engine.errors import BrokenModel, UnsupportedArchitecture
from batching.engine.file_limit import file_limit_kept
from batching.engine.loader import broken_unless_loaded, load_module
from batching.engine.model_facts import DtypeName, ModelFacts
from batching.engine.pooling import as_vectors, gather
from batching.engine.protocol import ReportProgress
from batching.engine.running_batch import PromptCache

with file_limit_kept():
    from mlx_lm.models.cache import make_prompt_cache
    from mlx_lm.utils import _get_classes, load_model

TRIED_LENGTHS = [5, 40, 23]
"""Of the inputs at warm-up: unequal, so that there is padding."""
TRIED_CUT = 4
"""After so many tokens each of them is cut in two."""
MAX_DIFFERENCE = {mx.float32: 0.001, mx.float16: 0.1, mx.bfloat16: 0.1}
"""Length of the difference of two vectors of length 1, by the states' type."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """An mlx-lm model that is loaded and warm. `body` is the part of `module` below the head."""

    module: Module
    body: Any
    vocab_size: int
    facts: EmbeddingFacts

    def new_cache(self) -> PromptCache:
        """An empty KV cache for one input."""
        return make_prompt_cache(self.module)

    def states(self, token_ids: mx.array, cache: PromptCache | None = None) -> mx.array:
        """The last states (rows, tokens, size), not yet computed; a cache grows.

        token_ids: (rows, tokens) int32. Rows may be padded behind their tokens: nothing looks
        ahead in a model that reads from left to right.
        """
        states: mx.array = self.body(token_ids, cache=cache)
        return states


def load_embedding_model(
    facts: ModelFacts,
    report: ReportProgress,
    *,
    dtype: DtypeName,
    adapter_path: Path | None = None,
) -> EmbeddingModel:
    """Load the model, and try that inputs are themselves in company and in parts.

    Raises:
        ModelError: it cannot be downloaded, its files do not fit together, or it is another kind
            of model than its files say.
    """
    module = load_module(
        facts, report, dtype=dtype, adapter_path=adapter_path, load=_load_without_head
    )
    with broken_unless_loaded(facts.name):
        report("warming up", 0)
        model = _with_body(module, facts)
        _try(model, facts.name)
        report("warming up", 100)
        return model


def _load_without_head(folder: Path) -> Module:
    """Tied embeddings are asked for, because a model that has them needs no head."""

    def classes(config: dict[str, Any]) -> tuple[type[Module], type]:
        kind, settings = _get_classes(config)
        body = type(kind.__name__, (_OwnNames, kind), {"__module__": kind.__module__})
        return body, settings

    module: Module = load_model(
        folder,
        lazy=True,
        model_config={"tie_word_embeddings": True},
        get_model_classes=classes,
    )[0]
    return module


class _OwnNames:
    """Comes before a model's class: takes the weights of a checkpoint with or without a head.

    sentence-transformers saves the body alone, whose weights then are not under `model.`.
    """

    def sanitize(self, weights: Mapping[str, mx.array]) -> dict[str, mx.array]:
        is_whole = any(name.startswith(("model.", "language_model.")) for name in weights)
        named = {name if is_whole else f"model.{name}": array for name, array in weights.items()}
        if not hasattr(self, "lm_head"):
            named = {name: array for name, array in named.items() if "lm_head." not in name}
        own = getattr(super(), "sanitize", dict)
        result: dict[str, mx.array] = own(named)
        return result


def _with_body(module: Any, facts: ModelFacts) -> EmbeddingModel:
    assert facts.embedding is not None
    body = getattr(getattr(module, "language_model", module), "model", None)
    embeddings = getattr(body, "embed_tokens", None)
    if embeddings is None:
        raise UnsupportedArchitecture(
            f"embeddings of {facts.config['model_type']} models are not supported; choose a model "
            "of another family, such as Qwen/Qwen3-Embedding-0.6B"
        )
    return EmbeddingModel(module, body, embeddings.weight.shape[0], facts.embedding)


def _try(model: EmbeddingModel, name: str) -> None:
    """Compare inputs in one padded forward with each alone, in two parts."""
    inputs = [
        [(7919 * position + 104_729) % model.vocab_size for position in range(length)]
        for length in TRIED_LENGTHS
    ]
    padded = [[*each, *[0] * (max(TRIED_LENGTHS) - len(each))] for each in inputs]
    states = model.states(mx.array(padded, dtype=mx.int32))
    together = _directions(model, states, TRIED_LENGTHS)
    if states.shape[-1] != model.facts.size:
        raise BrokenModel(
            f"{name} has states of {states.shape[-1]} numbers, not {model.facts.size}"
        )
    if not mx.all(mx.isfinite(together)).item():
        raise BrokenModel(f"{name} computes values that are not numbers; try --dtype float32")
    alone = mx.concatenate([_read_in_parts(model, each) for each in inputs])
    is_alike = mx.linalg.norm(together - alone, axis=-1) <= MAX_DIFFERENCE[states.dtype]
    if not mx.all(is_alike).item():
        raise UnsupportedArchitecture(
            f"{name} computes other embeddings in company than alone; choose another model"
        )


def _read_in_parts(model: EmbeddingModel, token_ids: list[int]) -> mx.array:
    cache = model.new_cache()
    parts = (token_ids[:TRIED_CUT], token_ids[TRIED_CUT:])
    states = [model.states(mx.array([part], dtype=mx.int32), cache) for part in parts]
    return _directions(model, mx.concatenate(states, axis=1), [len(token_ids)])


def _directions(model: EmbeddingModel, states: mx.array, lengths: list[int]) -> mx.array:
    """Vectors of length 1, so that one measure fits all models."""
    vectors = as_vectors(gather(states, lengths, model.facts.pooling), lengths, model.facts)
    return vectors / mx.linalg.norm(vectors, axis=-1, keepdims=True)
