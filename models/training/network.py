"""The Qwen2 network in torch, as small as this model needs it."""

import math
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; the names follow Qwen2's config.json."""

    vocab_size: int = 3072
    hidden_size: int = 192
    num_hidden_layers: int = 4
    num_attention_heads: int = 6
    num_key_value_heads: int = 2
    head_dim: int = 32
    intermediate_size: int = 512
    max_position_embeddings: int = 8192
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-6


class Norm(nn.Module):
    """RMSNorm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.hidden_size))
        self.eps = shape.rms_norm_eps

    def forward(self, hidden: Tensor) -> Tensor:
        return functional.rms_norm(hidden, self.weight.shape, self.weight, self.eps)


class Attention(nn.Module):
    """Grouped-query attention; `qkv` holds the three projections one below the other."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.query_size = shape.num_attention_heads * shape.head_dim
        self.key_size = shape.num_key_value_heads * shape.head_dim
        self.qkv = nn.Linear(shape.hidden_size, self.query_size + 2 * self.key_size)
        self.output = nn.Linear(self.query_size, shape.hidden_size, bias=False)

    def forward(self, hidden: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        rows, length, _ = hidden.shape
        # NOTE: the look-back biases are large, so bias, rotation and scores need fp32.
        joined = functional.linear(hidden, self.qkv.weight).float() + self.qkv.bias
        heads = joined.view(rows, length, -1, self.shape.head_dim).transpose(1, 2)
        num_query, num_key = self.shape.num_attention_heads, self.shape.num_key_value_heads
        rotated = rotate(heads[:, : num_query + num_key], rotation)
        with torch.autocast("cpu", enabled=False):
            mixed = functional.scaled_dot_product_attention(
                rotated[:, :num_query],
                rotated[:, num_query:],
                heads[:, num_query + num_key :],
                is_causal=True,
                enable_gqa=True,
            )
        joined_heads = mixed.transpose(1, 2).reshape(rows, length, self.query_size)
        return cast(Tensor, self.output(joined_heads))


def rotate(heads: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Apply rotary positions to (row, head, position, head_dim)."""
    first, second = heads.chunk(2, dim=-1)
    cos, sin = rotation
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Layer(nn.Module):
    """Attention and a gated MLP; `gate_up` holds both projections one below the other."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm, self.mlp_norm = Norm(shape), Norm(shape)
        self.attention = Attention(shape)
        self.gate_up = nn.Linear(shape.hidden_size, 2 * shape.intermediate_size, bias=False)
        self.down = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, hidden: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
        hidden = hidden + self.attention(self.attention_norm(hidden), rotation)
        gate, up = self.gate_up(self.mlp_norm(hidden)).chunk(2, dim=-1)
        return hidden + cast(Tensor, self.down(functional.silu(gate) * up))


class Network(nn.Module):
    """Qwen2ForCausalLM with tied embeddings."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        self.norm = Norm(shape)
        self._initialise()

    def hidden(self, token_ids: Tensor) -> Tensor:
        """Return the last hidden states of (row, position) token ids."""
        rotation = self._rotation(token_ids.shape[1])
        hidden = self.embedding(token_ids)
        for layer in self.layers:
            hidden = layer(hidden, rotation)
        return cast(Tensor, self.norm(hidden))

    def logits(self, hidden: Tensor) -> Tensor:
        """Return a score per token of the vocabulary."""
        return functional.linear(hidden, self.embedding.weight)

    def _rotation(self, length: int) -> tuple[Tensor, Tensor]:
        angles = torch.arange(length)[:, None] * self._frequencies()[None]
        return angles.cos(), angles.sin()

    def _frequencies(self) -> Tensor:
        half = self.shape.head_dim // 2
        return self.shape.rope_theta ** (-torch.arange(half) / half)

    @torch.no_grad()
    def _initialise(self) -> None:
        depth_scale = 1 / math.sqrt(2 * self.shape.num_hidden_layers)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                scale = depth_scale if name.endswith(("output.weight", "down.weight")) else 1.0
                nn.init.normal_(weight, std=0.03 * scale)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
        self._look_back()
        self._copy_circuit()

    def _look_back(self, strength: float = 5.5) -> None:
        """Make two heads of the first layer attend one and two tokens back, by their biases alone.

        Copying needs such heads; found by training alone they come late.
        """
        attention: Any = self.layers[0].attention
        size, query_size = self.shape.head_dim, attention.query_size
        weight, bias = attention.qkv.weight, attention.qkv.bias
        bias[query_size : query_size + size // 2] = strength
        weight[query_size : query_size + size] *= 0.1
        for head, distance in enumerate((1, 2)):
            angles = -distance * self._frequencies()
            turned = strength * torch.cat((angles.cos(), angles.sin()))
            bias[head * size : (head + 1) * size] = turned
            weight[head * size : (head + 1) * size] *= 0.1

    def _copy_circuit(self, match: float = 2.2) -> None:
        """Connect the look-back heads to two copying heads in the second layer.

        The first layer writes the tokens one and two back into subspaces of their own. In the second, head 0
        attends where the token before is the current one, and the first head of the other group where the token two
        before is the last one; both copy what stands there.
        """
        size, width = self.shape.head_dim, self.shape.hidden_size
        basis = torch.linalg.qr(torch.randn(width, width))[0]
        token, last, second, first_copy, second_copy = basis[: 5 * size].split(size)
        for space in (last, second):
            self.embedding.weight -= self.embedding.weight @ space.T @ space
        layers: list[Any] = list(self.layers)
        lower, upper = layers[0].attention, layers[1].attention
        values = lower.query_size + lower.key_size
        lower.qkv.weight[values : values + size] = 0.5 * token
        lower.output.weight[:, :size] = 0.12 * last.T
        lower.output.weight[:, size : 2 * size] = 0.12 * second.T
        group = self.shape.num_attention_heads // self.shape.num_key_value_heads
        for number, (asked, found, copied) in enumerate(
            ((token, last, first_copy), (last, second, second_copy))
        ):
            self._copy_head(upper, number, number * group, match * asked, match * found)
            start = values + number * size
            upper.qkv.weight[start : start + size] = 0.5 * copied
            head = number * group * size
            upper.output.weight[:, head : head + size] = 0.3 * copied.T

    def _copy_head(
        self, attention: Any, key_head: int, head: int, asked: Tensor, found: Tensor
    ) -> None:
        """Match `asked` of a query with `found` of a key, in the slowly turning half of the dimensions."""
        size, half = self.shape.head_dim, self.shape.head_dim // 2
        slow = torch.cat((torch.arange(half // 2, half), torch.arange(half // 2, half) + half))
        weight, key_start = attention.qkv.weight, attention.query_size + key_head * size
        weight[head * size : (head + 1) * size] *= 0.1
        weight[key_start : key_start + size] *= 0.1
        weight[head * size + slow] = asked[: len(slow)]
        weight[key_start + slow] = found[: len(slow)]
