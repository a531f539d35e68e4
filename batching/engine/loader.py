"""Brings a model into memory: downloads what is missing, loads, converts and warms it up.

Thread: inference.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import mlx.core as mx
from mlx.nn.layers.base import Module
from mlx.utils import tree_flatten

from batching.engine.download import download_model
from batching.engine.errors import BrokenModel, ModelError, UnsupportedArchitecture
from batching.engine.file_limit import file_limit_kept
from batching.engine.model_facts import DtypeName, ModelFacts
from batching.engine.protocol import ReportProgress
from batching.engine.running_batch import PromptCache, can_batch

with file_limit_kept():
    from mlx_lm.models.cache import make_prompt_cache
    from mlx_lm.utils import load_adapters, load_model, maybe_set_recommended_wired_limit

GROUP_BYTES = 256 * 1024 * 1024
"""So many bytes of weights are read between two reports."""

MLX_DTYPES: dict[DtypeName, mx.Dtype] = {
    "float32": mx.float32,
    "bfloat16": mx.bfloat16,
    "float16": mx.float16,
}


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """An mlx-lm model that is loaded and warm."""

    module: Module
    vocab_size: int

    def new_cache(self) -> PromptCache:
        """An empty KV cache for one sequence."""
        return make_prompt_cache(self.module)

    def forward(self, token_ids: mx.array, cache: PromptCache) -> mx.array:
        """Logits (rows, vocab) of each row's last token, not yet computed; the cache grows.

        token_ids: (rows, tokens) int32, which need not be computed yet either.
        """
        return self.forward_all(token_ids, cache)[:, -1]

    def forward_all(self, token_ids: mx.array, cache: PromptCache) -> mx.array:
        """The same for every token: (rows, tokens, vocab)."""
        logits: mx.array = self.module(token_ids, cache=cache)
        return logits


def _load_lazily(folder: Path) -> Module:
    module: Module = load_model(folder, lazy=True)[0]
    return module


def load_language_model(
    facts: ModelFacts,
    report: ReportProgress,
    *,
    dtype: DtypeName,
    adapter_path: Path | None = None,
) -> LanguageModel:
    """Load, convert to `dtype` if it is not the stored one, and run the model once.

    Raises:
        ModelError: it cannot be downloaded, its files do not fit together, or mlx-lm cannot
            batch it.
    """
    module = load_module(facts, report, dtype=dtype, adapter_path=adapter_path)
    with broken_unless_loaded(facts.name):
        return _warm_up(module, facts.name, report)


def load_module(
    facts: ModelFacts,
    report: ReportProgress,
    *,
    dtype: DtypeName,
    adapter_path: Path | None = None,
    load: Callable[[Path], Module] = _load_lazily,
) -> Module:
    """A model with its weights in memory, in `dtype`. `load` makes it from its folder.

    Raises:
        ModelError: it cannot be downloaded, or its files do not fit together.
    """
    folder = facts.path or download_model(facts, report)
    with broken_unless_loaded(facts.name):
        module = load(folder)
    if adapter_path is not None:
        with broken_unless_loaded(str(adapter_path)):
            module = load_adapters(module, str(adapter_path))
            module.eval()
    if dtype != facts.dtype:
        module.set_dtype(MLX_DTYPES[dtype])
    # Metal keeps the weights resident up to this limit; elsewhere there is none to set.
    maybe_set_recommended_wired_limit()
    with broken_unless_loaded(facts.name):
        _read_weights(module, report)
    return module


def _read_weights(module: Module, report: ReportProgress) -> None:
    """Read and convert the weights, group by group: all at once would hold two copies of all."""
    named = tree_flatten(module.parameters())  # type: ignore[no-untyped-call]
    # A list, unless a dict is asked for; the stubs do not tell the two apart.
    arrays = [array for _, array in cast(list[tuple[str, mx.array]], named)]
    total_bytes = sum(array.nbytes for array in arrays)
    bytes_done = 0
    group: list[mx.array] = []
    group_bytes = 0
    for array in arrays:
        group.append(array)
        group_bytes += array.nbytes
        if group_bytes >= GROUP_BYTES or array is arrays[-1]:
            mx.eval(group)
            bytes_done += group_bytes
            group, group_bytes = [], 0
            report("loading", 100 * bytes_done // total_bytes)


def _warm_up(module: Module, name: str, report: ReportProgress) -> LanguageModel:
    """A short prefill and one decode in a batch: the kernels are compiled, the model is tried."""
    report("warming up", 0)
    cache = make_prompt_cache(module)
    if not can_batch(cache):
        raise UnsupportedArchitecture(
            f"{name} uses a kind of KV cache that mlx-lm cannot batch; choose another model"
        )
    prompt = mx.zeros((1, 2), dtype=mx.int32)
    mx.eval(module(prompt, cache=cache), [layer.state for layer in cache])
    report("warming up", 50)
    batched = [layer.merge([layer]) for layer in cache]
    logits = module(prompt[:, :1], cache=batched)[:, -1]
    if not mx.all(mx.isfinite(mx.max(logits.astype(mx.float32)))).item():
        raise BrokenModel(f"{name} computes values that are not numbers; try --dtype float32")
    report("warming up", 100)
    return LanguageModel(module, vocab_size=logits.shape[-1])


@contextmanager
def broken_unless_loaded(what: str) -> Iterator[None]:
    """mlx-lm says in many ways that tensors, config and code do not fit; they mean the same."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise BrokenModel(f"mlx-lm cannot load {what} ({reason[:160]})") from error
