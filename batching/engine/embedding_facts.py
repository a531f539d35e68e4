"""What a model folder says about embeddings, in the files of sentence-transformers.

Thread: both.

Source: https://sbert.net/docs/sentence_transformer/usage/custom_models.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from batching.engine.errors import BrokenModel, UnsupportedArchitecture

Pooling = Literal["cls", "mean", "lasttoken"]
"""Which states of an input's tokens become its vector: the first, all, or the last."""

MODULES_FILE = "modules.json"
PROMPTS_FILE = "config_sentence_transformers.json"
LENGTH_FILE = "sentence_bert_config.json"

ReadJson = Callable[[str], Any]
"""Reads a file of the folder; None without it."""

POOLINGS: dict[str, Pooling] = {
    "cls": "cls",
    "mean": "mean",
    "lasttoken": "lasttoken",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""By what newer and older files call them."""


@dataclass(frozen=True, slots=True)
class EmbeddingFacts:
    """How a model's states become vectors of `size` numbers.

    `prompts` are texts to put before an input, by name; `default_prompt` names the one that is
    put there unasked. `max_tokens` is what the model was trained on. A vector may be cut to
    `cut_sizes`; None if its makers do not say that it may be, empty if they name no sizes.
    """

    pooling: Pooling
    size: int
    normalises: bool = False
    prompts: Mapping[str, str] = field(default_factory=dict)
    default_prompt: str | None = None
    max_tokens: int | None = None
    cut_sizes: frozenset[int] | None = None


def is_embedding_file(name: str) -> bool:
    """Whether `read_embedding_facts` may ask for it."""
    own = (MODULES_FILE, PROMPTS_FILE, LENGTH_FILE)
    return name in own or (name.count("/") == 1 and name.endswith("/config.json"))


def read_embedding_facts(
    read_json: ReadJson, config: Mapping[str, Any], *, name: str
) -> EmbeddingFacts | None:
    """None for a folder that declares no pooling. config: that of the language model.

    Raises:
        UnsupportedArchitecture: its vectors are made in a way that we do not know.
        BrokenModel: its files contradict each other.
    """
    modules = read_json(MODULES_FILE)
    if modules is None:
        return None
    try:
        kinds = {str(module["type"]).rpartition(".")[2]: module["path"] for module in modules}
    except (TypeError, KeyError):
        raise BrokenModel(f"{MODULES_FILE} of {name} is no list of modules") from None
    if unknown := kinds.keys() - {"Transformer", "Pooling", "Normalize"}:
        raise _unsupported(name, f"a module {min(unknown)}")
    if "Pooling" not in kinds:
        return None
    if config.get("use_bidirectional_attention") or config.get("is_causal") is False:
        raise _unsupported(name, "attention in both directions")
    pooling = _read_object(read_json, f"{PurePath(kinds['Pooling']).name}/config.json")
    prompts = _read_object(read_json, PROMPTS_FILE)
    return EmbeddingFacts(
        pooling=_pooling(pooling, name),
        size=_size(pooling, config, name),
        normalises="Normalize" in kinds,
        prompts=prompts.get("prompts") or {},
        default_prompt=prompts.get("default_prompt_name"),
        max_tokens=_read_object(read_json, LENGTH_FILE).get("max_seq_length"),
        cut_sizes=_cut_sizes(config),
    )


def _read_object(read_json: ReadJson, file: str) -> dict[str, Any]:
    content = read_json(file)
    return content if isinstance(content, dict) else {}


def _pooling(pooling: Mapping[str, Any], name: str) -> Pooling:
    mode = pooling.get("pooling_mode")
    modes: list[str] = [mode] if isinstance(mode, str) else list(mode or ())
    modes += [key for key, value in pooling.items() if key.startswith("pooling_mode_") and value]
    if len(modes) != 1 or modes[0] not in POOLINGS:
        raise _unsupported(name, f"pooling by {' and '.join(modes) or 'nothing'}")
    if pooling.get("include_prompt") is False:
        raise _unsupported(name, "pooling without the prompt")
    return POOLINGS[modes[0]]


def _size(pooling: Mapping[str, Any], config: Mapping[str, Any], name: str) -> int:
    size = config.get("hidden_size")
    declared = pooling.get("word_embedding_dimension", pooling.get("embedding_dimension", size))
    if not isinstance(size, int) or declared != size:
        raise BrokenModel(f"{name} has states of {size} numbers, its pooling of {declared}")
    return size


def _cut_sizes(config: Mapping[str, Any]) -> frozenset[int] | None:
    """Whether the model was trained so that the first numbers of a vector do (Matryoshka).

    Source: vLLM's names; there is no other convention.
    """
    if sizes := config.get("matryoshka_dimensions"):
        return frozenset(sizes)
    return frozenset() if config.get("is_matryoshka") else None


def _unsupported(name: str, what: str) -> UnsupportedArchitecture:
    return UnsupportedArchitecture(
        f"{name} makes embeddings with {what}, which is not supported; choose one that pools by "
        "cls, mean or last token, such as Qwen/Qwen3-Embedding-0.6B"
    )
