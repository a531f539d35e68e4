"""Muon for the matrices of the layers, AdamW for everything else."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn

from .network import Network


@torch.no_grad()
def orthogonalise(updates: Tensor, num_rounds: int = 5) -> Tensor:
    """Bring the singular values of a stack of matrices near 1.

    Source: Newton-Schulz iteration of Muon, https://kellerjordan.github.io/posts/muon/
    """
    first, second, third = 3.4445, -4.7750, 2.0315
    is_tall = updates.shape[-2] > updates.shape[-1]
    values = updates.mT if is_tall else updates
    length: Tensor = torch.linalg.matrix_norm(values, keepdim=True)
    values = values / (length + 1e-7)
    for _ in range(num_rounds):
        gram = values @ values.mT
        values = first * values + (second * gram + third * gram @ gram) @ values
    return values.mT if is_tall else values


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a parameter that are one matrix of their own."""

    parameter: nn.Parameter
    start: int
    stop: int

    @property
    def weight(self) -> Tensor:
        """Return the rows, as a view."""
        return self.parameter[self.start : self.stop]

    @property
    def gradient(self) -> Tensor:
        """Return the gradient of the rows."""
        assert self.parameter.grad is not None
        return self.parameter.grad[self.start : self.stop]


def layer_blocks(network: Network) -> list[Block]:
    """List the matrices of all layers; joined ones are taken apart, as queries learn apart from values."""
    blocks = []
    for each in network.layers:
        layer: Any = each
        attention = layer.attention
        query, key = attention.query_size, attention.key_size
        sections = {
            attention.qkv.weight: (query, key, key),
            attention.output.weight: (attention.output.weight.shape[0],),
            layer.gate_up.weight: (layer.gate_up.weight.shape[0] // 2,) * 2,
            layer.down.weight: (layer.down.weight.shape[0],),
        }
        for parameter, sizes in sections.items():
            ends = list(accumulate(sizes))
            blocks += [
                Block(parameter, end - size, end) for end, size in zip(ends, sizes, strict=True)
            ]
    return blocks


class Muon:
    """Momentum whose update of each matrix is orthogonalised; matrices of one shape are stacked."""

    def __init__(self, blocks: list[Block], momentum: float = 0.95) -> None:
        self.momentum = momentum
        shapes: dict[torch.Size, list[Block]] = {}
        for block in blocks:
            shapes.setdefault(block.weight.shape, []).append(block)
        self.groups = [(group, torch.zeros(len(group), *shape)) for shape, group in shapes.items()]

    @torch.no_grad()
    def step(self, rate: float, dtype: torch.dtype) -> None:
        """Apply one update with learning rate `rate`; orthogonalise in `dtype`."""
        for group, buffer in self.groups:
            gradients = torch.stack([block.gradient for block in group])
            buffer.lerp_(gradients, 1 - self.momentum)
            update = orthogonalise(gradients.lerp(buffer, self.momentum).to(dtype)).float()
            rows, columns = update.shape[-2:]
            scale = rate * max(1.0, rows / columns) ** 0.5
            for block, part in zip(group, update, strict=True):
                block.weight.mul_(1 - 0.01 * rate).sub_(part, alpha=scale)


class Optimiser:
    """Both optimisers under one learning-rate factor."""

    def __init__(self, network: Network, muon_rate: float, adam_rate: float) -> None:
        self.network = network
        self.muon_rate, self.adam_rate = muon_rate, adam_rate
        blocks = layer_blocks(network)
        inner = {id(block.parameter) for block in blocks}
        rest = [each for each in network.parameters() if id(each) not in inner]
        self.muon = Muon(blocks)
        self.adam = torch.optim.AdamW(rest, lr=adam_rate, betas=(0.9, 0.95), weight_decay=0.0)

    def step(self, factor: float, dtype: torch.dtype) -> None:
        """Update all weights with the learning rates times `factor`, then clear the gradients."""
        self.muon.step(self.muon_rate * factor, dtype)
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * factor
        self.adam.step()
        for weight in self.network.parameters():
            weight.grad = None
