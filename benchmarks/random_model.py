"""Random-weight Qwen2 checkpoints in Hugging Face's layout, which any server of such models loads.

Thread: both (no mlx).

    .venv/bin/python -m benchmarks.random_model random-40m FOLDER

A random model computes as long as a trained one of its size, and anyone can make it. Two things
are arranged. No answer ends before `max_tokens`, because special tokens are never drawn. And the
logits are spread as widely as a trained model's, or samplers would have an unusual day.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from benchmarks.words import head_pairs, middle_pairs, tails, words

Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
NUM_BYTES = 256
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

LOGIT_SPREAD = 6.0
"""Standard deviation of the logits: in a vocabulary of 32,000, half of the nuclei for top_p 0.9 at
temperature 1 hold ten tokens or fewer."""
RESIDUAL_SPREAD = 10.0
"""Of what the layers add up to: so much that a token does not simply predict itself."""
ORDINARY_LEAD = 50.0
"""By how much the logits of ordinary tokens are above those of special tokens, about."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The size of a random model; its weights are float32 and its embeddings tied."""

    name: str
    vocab_size: int
    hidden_size: int = 512
    num_layers: int = 8
    num_heads: int = 8
    num_kv_heads: int = 4
    intermediate_size: int = 1408
    context_length: int = 8_192

    @property
    def num_words(self) -> int:
        """Each takes two tokens: alone and behind a space."""
        num_pieces = len(head_pairs()) + len(middle_pairs()) + len(tails())
        return (self.vocab_size - len(SPECIAL_TOKENS) - NUM_BYTES - num_pieces) // 2

    @property
    def head_size(self) -> int:
        return self.hidden_size // self.num_heads

    @property
    def kv_bytes_per_token(self) -> int:
        """Keys and values of all layers."""
        num_floats = 2 * self.num_layers * self.num_kv_heads * self.head_size
        return num_floats * np.dtype(np.float32).itemsize


SMALL_VOCABULARY = Recipe("random-40m", vocab_size=32_000)
LARGE_VOCABULARY = Recipe("random-40m-large-vocabulary", vocab_size=151_936)
TINY = Recipe(
    "random-tiny",
    vocab_size=2_000,
    hidden_size=64,
    num_layers=2,
    num_heads=4,
    num_kv_heads=2,
    intermediate_size=128,
)
"""For a quick look at whether everything works."""


def save_random_model(recipe: Recipe, folder: Path, *, seed: int = 7) -> Path:
    """Write config.json, model.safetensors and the tokenizer; returns the folder."""
    folder.mkdir(parents=True)
    save_file(make_weights(recipe, seed=seed), folder / "model.safetensors", {"format": "pt"})
    _write_json(folder / "config.json", _config(recipe))
    make_tokenizer(recipe).save(str(folder / "tokenizer.json"))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(recipe))
    return folder


def make_weights(recipe: Recipe, *, seed: int) -> dict[str, Array]:
    """Tensors by their names in a Qwen2 checkpoint.

    Two dimensions of the residual stream are changed by no layer: 0 is 1 where an ordinary token
    was read, 1 is 1 where a special or byte token was. The last norm makes 0 loud and turns 1
    round. So tied embeddings give special and byte tokens logits far below those of all others,
    whichever token was read.
    """
    random = np.random.default_rng(seed)
    size = recipe.hidden_size
    embeddings = _normal(random, recipe.vocab_size, size, LOGIT_SPREAD / np.sqrt(size))
    num_forbidden = len(SPECIAL_TOKENS) + NUM_BYTES
    embeddings[:num_forbidden] = 0
    embeddings[:num_forbidden, 1] = 1
    embeddings[num_forbidden:, :2] = (1, 0)
    last_norm = np.ones(size, dtype=np.float32)
    last_norm[:2] = (ORDINARY_LEAD * RESIDUAL_SPREAD, -ORDINARY_LEAD * RESIDUAL_SPREAD)
    weights = {"model.embed_tokens.weight": embeddings, "model.norm.weight": last_norm}
    for index in range(recipe.num_layers):
        layer = _layer(recipe, random)
        weights |= {f"model.layers.{index}.{name}": array for name, array in layer.items()}
    return weights


def _layer(recipe: Recipe, random: np.random.Generator) -> dict[str, Array]:
    size, inner = recipe.hidden_size, recipe.intermediate_size
    kv_size = recipe.num_kv_heads * recipe.head_size
    weights: dict[str, Array] = {}
    for name, out in (("q", size), ("k", kv_size), ("v", kv_size)):
        weights[f"self_attn.{name}_proj.weight"] = _normal(random, out, size, size**-0.5)
        weights[f"self_attn.{name}_proj.bias"] = np.zeros(out, dtype=np.float32)
    weights["self_attn.o_proj.weight"] = _normal(random, size, size, size**-0.5)
    for name in ("gate", "up"):
        weights[f"mlp.{name}_proj.weight"] = _normal(random, inner, size, size**-0.5)
    # silu(gate) * up has a spread of about 0.6.
    spread = RESIDUAL_SPREAD / 0.6 / (recipe.num_layers * inner) ** 0.5
    weights["mlp.down_proj.weight"] = _normal(random, size, inner, spread)
    for name in ("self_attn.o_proj", "mlp.down_proj"):
        weights[f"{name}.weight"][:2] = 0  # see make_weights
    for name in ("input_layernorm", "post_attention_layernorm"):
        weights[f"{name}.weight"] = np.ones(size, dtype=np.float32)
    return weights


def _normal(random: np.random.Generator, rows: int, columns: int, spread: float) -> Array:
    drawn: Array = random.standard_normal((rows, columns), dtype=np.float32)
    drawn *= np.float32(spread)
    return drawn


def make_tokenizer(recipe: Recipe) -> Tokenizer:
    """Byte-level BPE that knows the words of `benchmarks.words`. Ids: special tokens, bytes,
    parts of words, words, words behind a space."""
    known = list(words(recipe.num_words))
    space = "Ġ"  # how byte-level vocabularies write one
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*SPECIAL_TOKENS, *alphabet, *head_pairs(), *middle_pairs(), *tails()]
    tokens += [*known, *(space + word for word in known)]
    # An odd place that is left over becomes a token that no text has.
    tokens += [f"{space}{space}{known[0]}"] * (recipe.vocab_size - len(tokens))
    merges = [(pair[0], pair[1]) for pair in (*head_pairs(), *middle_pairs())]
    merges += [(tail[:2], tail[2]) for tail in tails()]
    merges += [(word[:2], word[2:]) for word in known]
    merges += [(space, word) for word in known]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL_TOKENS])
    return tokenizer


def _config(recipe: Recipe) -> dict[str, object]:
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_act": "silu",
        "torch_dtype": "float32",
        "tie_word_embeddings": True,
        "vocab_size": recipe.vocab_size,
        "hidden_size": recipe.hidden_size,
        "num_hidden_layers": recipe.num_layers,
        "num_attention_heads": recipe.num_heads,
        "num_key_value_heads": recipe.num_kv_heads,
        "intermediate_size": recipe.intermediate_size,
        "max_position_embeddings": recipe.context_length,
        "rope_theta": 10_000.0,
        "rms_norm_eps": 1e-6,
        "bos_token_id": SPECIAL_TOKENS.index("<|endoftext|>"),
        "eos_token_id": SPECIAL_TOKENS.index("<|im_end|>"),
    }


def _tokenizer_config(recipe: Recipe) -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": recipe.context_length,
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }


def _write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2), encoding="utf-8")


def main() -> None:
    """Write one for a server that is not started by the benchmark."""
    recipes = {recipe.name: recipe for recipe in (SMALL_VOCABULARY, LARGE_VOCABULARY, TINY)}
    parser = argparse.ArgumentParser(prog="benchmarks.random_model")
    parser.add_argument("name", choices=recipes)
    parser.add_argument("folder", type=Path, help="must not exist")
    asked = parser.parse_args()
    save_random_model(recipes[asked.name], asked.folder)


if __name__ == "__main__":
    main()
