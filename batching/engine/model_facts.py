"""What is known about a model before it is loaded, read from its config.

Thread: both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from batching.engine.embedding_facts import EmbeddingFacts
from batching.engine.errors import BrokenModel

DtypeName = Literal["float32", "bfloat16", "float16"]
DTYPE_BYTES: dict[DtypeName, int] = {"float32": 4, "bfloat16": 2, "float16": 2}

Config = Mapping[str, Any]

DEFAULT_CONTEXT_LENGTH = 4096
DEFAULT_GROUP_SIZE = 64
AFFINE = "affine"
"""MLX's own kind of quantisation, which is meant where none is named."""

# Families that are older than the common names call the same things differently.
CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
LAYER_KEYS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
HEAD_KEYS = ("num_attention_heads", "n_head", "n_heads", "num_heads")
KV_HEAD_KEYS = ("num_key_value_heads", "n_kv_heads", "num_kv_heads")
HIDDEN_KEYS = ("hidden_size", "n_embd", "d_model", "dim")


@dataclass(frozen=True, slots=True)
class GenerationDefaults:
    """How the model's makers want it sampled; None where they do not say."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model as its files describe it.

    `path` is None while the weights are not on this disk; `revision` is the commit on the hub.
    `dtype` is the type of the stored weights, of a quantised model that of its scales.
    `kv_bytes_per_token` is for `dtype` and an upper bound: layers with a sliding window or a
    state of fixed size need less. `embedding` is None for a model that makes text. `notes` are
    lines worth telling the user.
    """

    name: str
    path: Path | None
    revision: str | None
    config: Config
    context_length: int
    weight_bytes: int
    num_parameters: int | None
    is_quantised: bool
    dtype: DtypeName
    kv_bytes_per_token: int
    eos_token_ids: frozenset[int]
    generation_defaults: GenerationDefaults
    embedding: EmbeddingFacts | None = None
    notes: tuple[str, ...] = ()

    @property
    def weight_format(self) -> str:
        """In short, as people name it: Q4, MXFP4, BF16."""
        if not self.is_quantised:
            return self.dtype.replace("float", "f").upper()
        quantisation = _quantisation(self.config)
        mode = quantisation.get("mode") or quantisation.get("quant_method") or AFFINE
        return f"Q{quantisation.get('bits', '')}" if mode == AFFINE else str(mode).upper()

    @property
    def approximate_num_parameters(self) -> int:
        """From the size of the weights where nothing says it."""
        if self.num_parameters:
            return self.num_parameters
        bits = _first(_quantisation(self.config), ("bits",))
        if bits is None:
            return self.weight_bytes // DTYPE_BYTES[self.dtype]
        return int(self.weight_bytes * 8 / (bits + _scale_bits(_quantisation(self.config))))


@dataclass(frozen=True, slots=True)
class WeightFacts:
    """What is known of the weight files: all of it on disk, only the size on the hub."""

    weight_bytes: int
    num_parameters: int | None = None
    dtype: DtypeName | None = None


def derive_facts(
    config: Config,
    generation_config: Config,
    *,
    name: str,
    weights: WeightFacts,
    path: Path | None,
    revision: str | None,
    embedding: EmbeddingFacts | None = None,
) -> ModelFacts:
    """Put together what the config files and the weight files say.

    Raises:
        BrokenModel: a number that every model has is missing from the config.
    """
    text = text_config(config)
    context_length = _first(text, CONTEXT_KEYS)
    if embedding and embedding.max_tokens:
        context_length = min(context_length or embedding.max_tokens, embedding.max_tokens)
    dtype = weights.dtype or _stored_dtype(config)
    is_quantised = bool(_quantisation(config))
    notes = []
    if context_length is None:
        notes.append(
            f"{name} does not say its context length; {DEFAULT_CONTEXT_LENGTH} tokens are assumed"
        )
    return ModelFacts(
        name=name,
        path=path,
        revision=revision,
        config=config,
        context_length=context_length or DEFAULT_CONTEXT_LENGTH,
        weight_bytes=weights.weight_bytes,
        # Packed integers hide how many parameters a quantised file holds.
        num_parameters=None if is_quantised else weights.num_parameters,
        is_quantised=is_quantised,
        dtype=dtype,
        kv_bytes_per_token=_kv_values_per_token(text, name) * DTYPE_BYTES[dtype],
        eos_token_ids=_eos_token_ids(generation_config) or _eos_token_ids(text),
        generation_defaults=_generation_defaults(generation_config),
        embedding=embedding,
        notes=tuple(notes),
    )


def text_config(config: Config) -> Config:
    """The config of the language model; models that also see keep it in `text_config`."""
    nested = config.get("text_config")
    return {**config, **nested} if isinstance(nested, dict) else config


def _kv_values_per_token(text: Config, name: str) -> int:
    """Keys and values of one token in all layers."""
    num_layers, hidden_size = _first(text, LAYER_KEYS), _first(text, HIDDEN_KEYS)
    if num_layers is None or hidden_size is None:
        missing = LAYER_KEYS[0] if num_layers is None else HIDDEN_KEYS[0]
        raise BrokenModel(f"config.json of {name} has no {missing}; download the model again")
    num_heads = _first(text, HEAD_KEYS)
    num_kv_heads = _first(text, KV_HEAD_KEYS) or num_heads
    head_dim = _first(text, ("head_dim",)) or (num_heads and hidden_size // num_heads)
    # Without heads (a state-space model, or defaults we cannot see) the full width is a bound.
    width = num_kv_heads * head_dim if num_kv_heads and head_dim else hidden_size
    return 2 * num_layers * width


def _first(config: Config, keys: tuple[str, ...]) -> int | None:
    """The first of the keys that holds a positive integer."""
    for key in keys:
        value = config.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def _stored_dtype(config: Config) -> DtypeName:
    for source in (config, text_config(config)):
        for key in ("dtype", "torch_dtype"):
            for name in get_args(DtypeName):
                if str(source.get(key)).removeprefix("torch.") == name:
                    return name  # type: ignore[no-any-return]
    return "bfloat16"


def _quantisation(config: Config) -> Config:
    """As MLX or the makers wrote it down; empty for a model that is not quantised."""
    text = text_config(config)
    found = text.get("quantization") or text.get("quantization_config") or {}
    return found if isinstance(found, dict) else {}


def _scale_bits(quantisation: Config) -> float:
    """What a group's scale adds to each of its parameters; `affine` has a bias beside it."""
    group_size = _first(quantisation, ("group_size",)) or DEFAULT_GROUP_SIZE
    return (32 if quantisation.get("mode", AFFINE) == AFFINE else 8) / group_size


def _eos_token_ids(config: Config) -> frozenset[int]:
    value = config.get("eos_token_id")
    values = value if isinstance(value, list) else [value]
    return frozenset(token_id for token_id in values if isinstance(token_id, int))


def _generation_defaults(generation_config: Config) -> GenerationDefaults:
    if generation_config.get("do_sample") is False:
        # Source: Hugging Face's GenerationConfig, where do_sample false means greedy search and
        # the temperature beside it is ignored.
        temperature: float | None = 0.0
    else:
        temperature = _number(generation_config, "temperature")
    top_k = _number(generation_config, "top_k")
    return GenerationDefaults(
        temperature=temperature,
        top_p=_number(generation_config, "top_p"),
        top_k=None if top_k is None else int(top_k),
        repetition_penalty=_number(generation_config, "repetition_penalty"),
    )


def _number(config: Config, key: str) -> float | None:
    value = config.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
