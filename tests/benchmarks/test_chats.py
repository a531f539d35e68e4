"""Chats of an exact number of prompt tokens."""

import json
from pathlib import Path

import pytest

from benchmarks.chats import MIXED, Chats, Messages, Sampling, chat_body, mixed_sampling
from benchmarks.random_model import TINY
from prompts.messages import ChatMessage
from prompts.template import get_chat_template
from prompts.tokenizer import Tokenizer


def prompt(folder: Path, messages: Messages) -> list[int]:
    """Token ids as Hearth makes them."""
    tokenizer = Tokenizer.load(folder)
    template = get_chat_template(tokenizer, model_type="qwen2", model_name=TINY.name)
    chat = [ChatMessage(each["role"], each["content"]) for each in messages]  # type: ignore[arg-type]
    return tokenizer.encode(template.render(chat))


@pytest.mark.parametrize("num_tokens", [16, 32, 230, 1_000])
def test_a_plain_chat_has_as_many_tokens_as_asked_for(tiny_model: Path, num_tokens: int) -> None:
    assert len(prompt(tiny_model, Chats(TINY, seed=1).plain(num_tokens))) == num_tokens


def test_chats_with_one_system_message_share_exactly_so_many_tokens(tiny_model: Path) -> None:
    chats = Chats(TINY, seed=1)
    system = chats.system(400)
    first, second = (prompt(tiny_model, chats.with_system(system, 64)) for _ in range(2))
    assert len(first) == len(second) == 464
    assert first[:400] == second[:400]
    assert first[400] != second[400]


def test_no_two_chats_are_alike() -> None:
    chats = Chats(TINY, seed=1)
    assert chats.plain(40) != chats.plain(40)


def test_a_body_without_a_seed_does_not_name_one() -> None:
    body = json.loads(chat_body([], model_id="m", max_tokens=3, streams=False))
    assert "seed" not in body
    assert "stream_options" not in body
    assert (body["model"], body["max_tokens"], body["ignore_eos"]) == ("m", 3, True)


def test_a_stream_is_asked_for_its_usage() -> None:
    body = json.loads(chat_body([], model_id="m", max_tokens=3, sampling=Sampling(0.5, seed=7)))
    assert body["stream_options"] == {"include_usage": True}
    assert (body["temperature"], body["seed"]) == (0.5, 7)


@pytest.mark.parametrize("num_seeded", [0, 8])
def test_a_crowd_has_as_many_seeds_as_asked_for(num_seeded: int) -> None:
    crowd = mixed_sampling(num_seeded=num_seeded)
    assert sum(sampling.seed is not None for sampling in crowd) == num_seeded
    assert [(sampling.temperature, sampling.top_p) for sampling in crowd] == list(MIXED)
