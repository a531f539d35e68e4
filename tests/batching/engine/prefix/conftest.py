"""Small random models of every kind of cache that mlx-lm has."""

from collections.abc import Callable
from typing import Any, cast

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm.utils import _get_classes

from batching.engine.loader import LanguageModel
from batching.engine.prefix.blocks import CacheLayout, probe_layout

VOCAB_SIZE = 128

SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "rms_norm_eps": 1e-6,
    "vocab_size": VOCAB_SIZE,
    "max_position_embeddings": 512,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
}
CONFIGS: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {},
    "qwen3": {},
    # Keys and values of different sizes: what DeepSeek keeps of them is compressed.
    "deepseek_v3": {
        "num_key_value_heads": 4,
        "kv_lora_rank": 16,
        "q_lora_rank": None,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 8,
        "v_head_dim": 8,
        "first_k_dense_replace": 2,
        "n_shared_experts": 1,
        "n_routed_experts": 4,
    },
    # The first two of three layers look back 24 tokens only.
    "gemma3_text": {"num_hidden_layers": 3, "sliding_window": 24, "sliding_window_pattern": 3},
    "lfm2": {
        "layer_types": ["conv", "full_attention"],
        "norm_eps": 1e-6,
        "conv_bias": False,
        "conv_L_cache": 3,
        "block_dim": 32,
        "block_ff_dim": 64,
        "block_multiple_of": 32,
        "block_ffn_dim_multiplier": 1.0,
        "block_auto_adjust_ff_dim": False,
    },
    "mamba2": {
        "num_heads": 4,
        "head_dim": 16,
        "state_size": 8,
        "layer_norm_epsilon": 1e-6,
        "conv_kernel": 4,
        "n_groups": 1,
        "use_bias": False,
        "use_conv_bias": True,
        "time_step_limit": [0.0, 100.0],
        "time_step_rank": "auto",
    },
    "qwen3_next": {
        "linear_num_value_heads": 4,
        "linear_num_key_heads": 2,
        "linear_key_head_dim": 32,
        "linear_value_head_dim": 32,
        "linear_conv_kernel_dim": 4,
        "num_experts": 0,
        "num_experts_per_tok": 0,
        "decoder_sparse_step": 1,
        "shared_expert_intermediate_size": 0,
        "mlp_only_layers": [],
        "moe_intermediate_size": 0,
        "partial_rotary_factor": 0.5,
        "full_attention_interval": 2,
    },
    # A list of caches in each layer: a plain one and a state.
    "falcon_h1": {
        "mamba_d_ssm": 32,
        "mamba_d_head": 8,
        "mamba_n_heads": 4,
        "mamba_d_state": 8,
        "mamba_n_groups": 1,
    },
}


def make_model(kind: str) -> LanguageModel:
    """A model with weights that are large enough for greedy answers to vary."""
    config = SIZES | CONFIGS[kind] | {"model_type": kind}
    model_class, args_class = _get_classes(config)
    mx.random.seed(7)
    module = model_class(args_class.from_dict(config))
    named = cast(list[tuple[str, mx.array]], tree_flatten(module.parameters()))
    larger = [(name, array * (3 if array.ndim == 2 else 1)) for name, array in named]
    module.update(tree_unflatten(larger))
    module.eval()
    mx.eval(module.parameters())
    return LanguageModel(module, vocab_size=VOCAB_SIZE)


@pytest.fixture(scope="session")
def models() -> Callable[[str], LanguageModel]:
    """Makes each model once."""
    made: dict[str, LanguageModel] = {}

    def model_of(kind: str) -> LanguageModel:
        if kind not in made:
            made[kind] = make_model(kind)
        return made[kind]

    return model_of


@pytest.fixture(scope="session", params=sorted(CONFIGS))
def model(request: pytest.FixtureRequest, models: Callable[[str], LanguageModel]) -> LanguageModel:
    """Each small model."""
    return models(request.param)


@pytest.fixture(scope="session")
def layout(model: LanguageModel) -> CacheLayout:
    return probe_layout(model)
