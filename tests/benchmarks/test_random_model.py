"""Random models: any server loads them, and their answers do not end early."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlx_lm import load
from mlx_lm.models.cache import make_prompt_cache

from batching.engine.loader import load_language_model
from batching.engine.model_source import inspect_model
from benchmarks.random_model import (
    LARGE_VOCABULARY,
    NUM_BYTES,
    SMALL_VOCABULARY,
    SPECIAL_TOKENS,
    TINY,
    Recipe,
    make_tokenizer,
    make_weights,
)
from benchmarks.words import Writer
from prompts.detokenizer import Detokenizer
from prompts.messages import ChatMessage
from prompts.template import get_chat_template
from prompts.tokenizer import Tokenizer

NUM_FORBIDDEN = len(SPECIAL_TOKENS) + NUM_BYTES
TOKENIZER = make_tokenizer(TINY)


@pytest.mark.parametrize("recipe", [SMALL_VOCABULARY, LARGE_VOCABULARY, TINY])
def test_the_tokenizer_fills_the_vocabulary_exactly(recipe: Recipe) -> None:
    tokenizer = make_tokenizer(recipe)
    assert tokenizer.get_vocab_size(with_added_tokens=True) == recipe.vocab_size
    assert max(tokenizer.get_vocab().values()) == recipe.vocab_size - 1


def test_an_odd_vocabulary_has_no_hole() -> None:
    recipe = replace(TINY, vocab_size=2_001)
    assert make_tokenizer(recipe).get_vocab_size() == 2_001


def test_every_token_that_may_be_drawn_has_a_text() -> None:
    ids = range(NUM_FORBIDDEN, TINY.vocab_size)
    assert not [index for index in ids if not TOKENIZER.decode([index]).strip()]


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_a_text_of_some_words_has_as_many_tokens(seed: int, num_words: int) -> None:
    text = Writer(TINY.num_words, seed=seed).text(num_words)
    assert len(TOKENIZER.encode(text).ids) == num_words


def test_the_model_of_40_million_parameters_has_them() -> None:
    weights = make_weights(SMALL_VOCABULARY, seed=1)
    assert sum(array.size for array in weights.values()) == pytest.approx(40e6, rel=0.02)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}


def test_kv_bytes_are_those_of_a_cache(tiny_model: Path) -> None:
    model, _ = _load_in_mlx_lm(tiny_model)
    cache = make_prompt_cache(model)
    model(mx.array([[300] * 256]), cache=cache)
    assert sum(layer.nbytes for layer in cache) == 256 * TINY.kv_bytes_per_token


def test_hearth_and_mlx_lm_read_the_same_prompt_from_the_same_chat(tiny_model: Path) -> None:
    tokenizer = Tokenizer.load(tiny_model)
    template = get_chat_template(tokenizer, model_type="qwen2", model_name=TINY.name)
    text = Writer(TINY.num_words, seed=3).text(20)
    chat = [ChatMessage("system", text), ChatMessage("user", text)]
    _, theirs = _load_in_mlx_lm(tiny_model)
    messages = [message.as_template_dict() for message in chat]
    assert tokenizer.encode(template.render(chat)) == theirs.apply_chat_template(
        messages, add_generation_prompt=True
    )


def test_hearth_and_mlx_lm_load_the_same_model(tiny_model: Path) -> None:
    facts = inspect_model(str(tiny_model))
    ours = load_language_model(facts, lambda stage, percent: None, dtype=facts.dtype)
    theirs = _load_in_mlx_lm(tiny_model)[0]
    tokens = [300, 1_500, 1_999]
    logits = ours.forward(mx.array([tokens]), ours.new_cache())
    assert mx.allclose(logits, theirs(mx.array([tokens]))[:, -1])
    assert facts.dtype == "float32"


@pytest.mark.parametrize("last_token", [0, 2, 40, 300, 1_999])
def test_special_and_byte_tokens_are_far_below_whatever_was_read(
    tiny_model: Path, last_token: int
) -> None:
    model, _ = _load_in_mlx_lm(tiny_model)
    logits = np.array(model(mx.array([[1, 700, 800, last_token]]))[0, -1])
    assert logits[:NUM_FORBIDDEN].max() < logits[NUM_FORBIDDEN:].max() - 20


def test_greedy_answers_vary(tiny_model: Path) -> None:
    model, _ = _load_in_mlx_lm(tiny_model)
    logits = model(mx.array([list(range(1_000, 1_100))]))[0]
    assert len(set(np.array(mx.argmax(logits, axis=-1)).tolist())) > 30


def test_tokens_are_the_same_text_one_by_one_and_together(tiny_model: Path) -> None:
    tokenizer = Tokenizer.load(tiny_model)
    token_ids = list(range(NUM_FORBIDDEN, TINY.vocab_size, 7))
    detokenizer = Detokenizer(tokenizer)
    pieces = [detokenizer.push(token_id) for token_id in token_ids]
    assert "".join(pieces) == tokenizer.decode(token_ids)


def test_the_end_token_is_a_special_one(tiny_model: Path) -> None:
    config = json.loads((tiny_model / "config.json").read_text())
    assert SPECIAL_TOKENS[config["eos_token_id"]] == "<|im_end|>"


def _load_in_mlx_lm(folder: Path) -> Any:
    return load(str(folder))
