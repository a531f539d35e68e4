"""The bare loop computes what it says, as many steps as asked for."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.utils import load_model

from benchmarks.bare_loop import measure, measure_articles, repeated
from benchmarks.random_model import TINY
from benchmarks.yardstick import Articles, BareLoop, Decode, Kind

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


def test_articles_share_one_reading_and_come_in_groups(tiny_model: Path) -> None:
    model = CountedModel(load_model(tiny_model)[0])
    articles = Articles(5, 3, num_shared_tokens=20, num_own_tokens=6, num_answer_tokens=4)
    assert measure_articles(model, articles, vocab_size=TINY.vocab_size) > 0
    of_three = [(3, 5), *[(3, 1)] * 4]
    of_two = [(2, 5), *[(2, 1)] * 4]
    assert model.shapes == [(1, 20), *of_three, *of_two]


def test_a_repeated_beginning_is_read_as_the_whole_prompt_is(tiny_model: Path) -> None:
    model = load_model(tiny_model)[0]
    shared, own = list(range(100, 140)), [[1, 2, 3], [4, 5, 6]]
    whole = model(mx.array([[*shared, *each] for each in own]))[:, -1]
    cache = make_prompt_cache(model)
    model(mx.array([shared]), cache=cache)
    apart = model(mx.array(own), cache=repeated(cache, 2))[:, -1]
    assert mx.allclose(whole, apart, atol=1e-4).item()


def test_the_process_measures_and_ends(tiny_model: Path) -> None:
    loop = BareLoop(tiny_model)
    try:
        assert loop.step_seconds(Decode("bare", 2, 8, 4)) > 0
        assert loop.articles_seconds(Articles(3, 2, 8, 4, 2)) > 0
    finally:
        loop.close()
