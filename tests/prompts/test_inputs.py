"""Inputs to embed as token ids: special tokens, prompts, limits, and turns in the line."""

import asyncio
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from tokenizers import processors

from prompts.encoder import PromptEncoder
from prompts.errors import InputTooLong, TemplateError, UnusableInput
from prompts.inputs import TURN_SIZE, Input, encode_few, in_turns
from prompts.messages import ChatMessage
from prompts.tokenizer import Tokenizer
from tests.prompts.sample_tokenizers import byte_level_backend, save_tokenizer


def encode(
    tokenizer: Tokenizer,
    *inputs: Input,
    prompt: str = "",
    context_length: int = 100,
    cuts: bool = False,
) -> list[tuple[int, ...]]:
    return encode_few(
        tokenizer,
        inputs,
        first=3,
        prompt=prompt,
        vocab_size=340,
        context_length=context_length,
        cuts=cuts,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tokenizer that closes each text with its end token, as Qwen3-Embedding's does."""
    backend = byte_level_backend()
    end = ("<|im_end|>", backend.token_to_id("<|im_end|>"))
    backend.post_processor = processors.TemplateProcessing(
        single=f"$A {end[0]}", special_tokens=[end]
    )
    return save_tokenizer(backend, tmp_path)


def test_a_text_gets_the_special_tokens_that_belong_to_it(folder: Path) -> None:
    tokenizer = Tokenizer.load(folder)
    [end] = tokenizer.encode("<|im_end|>")
    assert encode(tokenizer, "coin") == [(*tokenizer.encode("coin"), end)]


def test_an_end_token_that_only_the_config_asks_for_is_added(tmp_path: Path) -> None:
    save_tokenizer(byte_level_backend(), tmp_path)
    file = tmp_path / "tokenizer_config.json"
    config = json.loads(file.read_text(encoding="utf-8")) | {"add_eos_token": True}
    file.write_text(json.dumps(config), encoding="utf-8")
    tokenizer = Tokenizer.load(tmp_path)
    [end] = tokenizer.encode("<|im_end|>")
    assert encode(tokenizer, "coin") == [(*tokenizer.encode("coin"), end)]


def test_token_ids_are_taken_as_they_are(folder: Path) -> None:
    assert encode(Tokenizer.load(folder), [5, 6], "coin", [7])[::2] == [(5, 6), (7,)]


def test_a_prompt_stands_before_texts_only(byte_level: Tokenizer) -> None:
    text, token_ids = encode(byte_level, "coin", [5], prompt="query: ")
    assert list(text) == byte_level.encode("query: coin")
    assert token_ids == (5,)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        ([], "is empty"),
        ([5, True], "has True at place 1"),
        ([5.0], "has 5.0 at place 0"),
        ([340], "from 0 to 339"),
        ([-1], "has -1"),
        (["x" * 1000], "has 'xxx"),
    ],
)
def test_what_cannot_be_embedded_is_named(byte_level: Tokenizer, value: Input, reason: str) -> None:
    with pytest.raises(UnusableInput, match=reason) as raised:
        encode(byte_level, "coin", value)
    assert raised.value.index == 4
    assert len(str(raised.value)) < 200


def test_an_input_may_fill_the_context_and_no_more(byte_level: Tokenizer) -> None:
    assert encode(byte_level, [1] * 5, context_length=5)
    with pytest.raises(InputTooLong) as raised:
        encode(byte_level, "coin", [1] * 6, context_length=5)
    assert (raised.value.index, raised.value.num_tokens, raised.value.limit) == (4, 6, 5)


def test_of_a_text_that_may_be_cut_the_beginning_stays_and_its_special_tokens(
    folder: Path,
) -> None:
    tokenizer = Tokenizer.load(folder)
    [end] = tokenizer.encode("<|im_end|>")
    content = tokenizer.encode("query: coins and more coins")
    text = "coins and more coins"
    [cut] = encode(tokenizer, text, prompt="query: ", context_length=8, cuts=True)
    assert cut == (*content[:7], end)


def test_an_end_token_that_only_the_config_asks_for_has_its_place_in_a_cut_text() -> None:
    backend = byte_level_backend()
    end = backend.token_to_id("<|im_end|>")
    tokenizer = Tokenizer(backend, end_token_id=end)
    assert tokenizer.encode_cut_input("coins", 4) == (*tokenizer.encode("coins")[:3], end)


def test_token_ids_are_never_cut(byte_level: Tokenizer) -> None:
    with pytest.raises(InputTooLong):
        encode(byte_level, [1] * 6, context_length=5, cuts=True)


def test_large_inputs_are_encoded_in_turns() -> None:
    inputs: list[Input] = ["a" * TURN_SIZE, "b", "c" * TURN_SIZE, "d"]
    assert list(in_turns(inputs)) == [inputs[:1], inputs[1:3], inputs[3:]]
    assert list(in_turns([])) == []


class GatedTokenizer(Tokenizer):
    """Encodes when the test lets it."""

    gate = threading.Event()

    def encode_inputs(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        self.gate.wait()
        return super().encode_inputs(texts)


async def test_others_come_in_between_the_turns() -> None:
    encoder = PromptEncoder(GatedTokenizer(byte_level_backend()), None, context_length=10**6)
    order: list[str] = []

    async def encode_and_note(name: str, *inputs: str) -> None:
        await encoder.encode_inputs(inputs, vocab_size=340)
        order.append(name)

    long = asyncio.create_task(encode_and_note("long", *["a" * TURN_SIZE] * 3))
    await asyncio.sleep(0)
    short = asyncio.create_task(encode_and_note("short", "b"))
    await asyncio.sleep(0)
    GatedTokenizer.gate.set()
    await asyncio.gather(long, short)
    await encoder.close()
    assert order == ["short", "long"]


async def test_without_a_template_there_are_no_chats(byte_level: Tokenizer) -> None:
    encoder = PromptEncoder(byte_level, None, context_length=100)
    with pytest.raises(TemplateError, match="no chat template"):
        await encoder.encode_chat([ChatMessage("user", "Hello")])
    await encoder.close()
