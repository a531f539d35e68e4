"""Writes a trained network as a Hugging Face model folder."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from .chatml import END, PAD, chat_template
from .network import Network, Shape
from .tokens import SPECIAL

MODEL_NAME = "hearth-tiny-demo"


def hugging_face_weights(network: Network) -> dict[str, Tensor]:
    """Return the weights under Qwen2's names, with joined matrices taken apart."""
    weights = {
        "model.embed_tokens.weight": network.embedding.weight,
        "model.norm.weight": network.norm.weight,
    }
    for number, layer in enumerate(network.layers):
        weights |= {
            f"model.layers.{number}.{name}": part for name, part in _layer_parts(layer).items()
        }
    return {name: part.detach().to(torch.bfloat16).contiguous() for name, part in weights.items()}


def _layer_parts(layer: Any) -> dict[str, Tensor]:
    attention = layer.attention
    sizes = (attention.query_size, attention.key_size, attention.key_size)
    gate, up = layer.gate_up.weight.chunk(2)
    parts = {
        "input_layernorm.weight": layer.attention_norm.weight,
        "post_attention_layernorm.weight": layer.mlp_norm.weight,
        "self_attn.o_proj.weight": attention.output.weight,
        "mlp.gate_proj.weight": gate,
        "mlp.up_proj.weight": up,
        "mlp.down_proj.weight": layer.down.weight,
    }
    for kind in ("weight", "bias"):
        joined = getattr(attention.qkv, kind).split(sizes)
        for name, part in zip("qkv", joined, strict=True):
            parts[f"self_attn.{name}_proj.{kind}"] = part
    return parts


def _config(shape: Shape, end_id: int | None, pad_id: int | None) -> dict[str, Any]:
    """Return a config.json such as Qwen2's own models have."""
    sizes = asdict(shape)
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "attention_dropout": 0.0,
        "initializer_range": 0.03,
        "use_cache": True,
        "use_sliding_window": False,
        "sliding_window": None,
        "torch_dtype": "bfloat16",
        "bos_token_id": pad_id,
        "eos_token_id": end_id,
        "pad_token_id": pad_id,
        **sizes,
    }


def write_folder(folder: Path, network: Network, tokenizer: Tokenizer) -> None:
    """Write weights, configuration, tokenizer and chat template; each file is replaced in one go."""
    folder.mkdir(parents=True, exist_ok=True)
    end_id, pad_id = tokenizer.token_to_id(END), tokenizer.token_to_id(PAD)
    partial = folder / "model.safetensors.partial"
    save_file(hugging_face_weights(network), partial, metadata={"format": "pt"})
    _write_json(folder / "config.json", _config(network.shape, end_id, pad_id))
    generation = {"bos_token_id": pad_id, "eos_token_id": [end_id, pad_id], "pad_token_id": pad_id}
    _write_json(folder / "generation_config.json", {**generation, "do_sample": False})
    tokenizer_config = {
        "tokenizer_class": "Qwen2Tokenizer",
        "model_max_length": network.shape.max_position_embeddings,
        "eos_token": END,
        "pad_token": PAD,
        "additional_special_tokens": [SPECIAL[1], END],
        "clean_up_tokenization_spaces": False,
        "chat_template": chat_template(),
    }
    _write_json(folder / "tokenizer_config.json", tokenizer_config)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    partial.chmod(0o644)
    partial.replace(folder / "model.safetensors")


def _write_json(path: Path, content: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


@torch.no_grad()
def read_folder(folder: Path) -> tuple[Network, Tokenizer]:
    """Read back what `write_folder` wrote; the sizes must be the present ones."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    network = Network(Shape(vocab_size=tokenizer.get_vocab_size()))
    weights = {name: part.float() for name, part in load_file(folder / "model.safetensors").items()}
    network.embedding.weight.copy_(weights["model.embed_tokens.weight"])
    network.norm.weight.copy_(weights["model.norm.weight"])
    for number, layer in enumerate(network.layers):
        for name, part in _layer_parts(layer).items():
            part.copy_(weights[f"model.layers.{number}.{name}"])
    return network, tokenizer
