"""The bare loop computes what it says, as many steps as asked for."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.utils import load_model

from benchmarks.bare_loop import measure
from benchmarks.random_model import TINY
from benchmarks.yardstick import BareLoop, Decode, Kind

KINDS: tuple[Kind, ...] = ("bare", "batch_generator")


class CountedModel:
    """A model that notes how many rows and tokens each call has."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.shapes: list[tuple[int, ...]] = []

    @property
    def layers(self) -> Any:
        return self._model.layers

    def __call__(self, tokens: mx.array, cache: Any) -> mx.array:
        self.shapes.append(tuple(tokens.shape))
        logits: mx.array = self._model(tokens, cache=cache)
        return logits


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_decodes_all_rows(tiny_model: Path, kind: Kind) -> None:
    model = CountedModel(load_model(tiny_model)[0])
    seconds = measure(model, Decode(kind, 4, 16, num_steps=10), vocab_size=TINY.vocab_size)
    assert seconds > 0
    assert model.shapes[0] == (4, 15)
    # BatchGenerator is one step ahead of what it has handed out.
    num_ahead = 1 if kind == "batch_generator" else 0
    assert model.shapes[1:] == [(4, 1)] * (11 + num_ahead)


def test_the_process_measures_and_ends(tiny_model: Path) -> None:
    loop = BareLoop(tiny_model)
    try:
        assert loop.step_seconds(Decode("bare", 2, 8, 4)) > 0
    finally:
        loop.close()
