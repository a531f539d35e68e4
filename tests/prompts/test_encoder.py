"""Encoding off the event loop: order, limits, cancelling and closing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from prompts.encoder import MAX_SHORT_MESSAGES, PromptEncoder
from prompts.errors import PromptTooLong
from prompts.formats.qwen25 import Qwen25Template
from prompts.messages import ChatMessage, ToolCall
from prompts.template import NO_OPTIONS, ChatTemplate
from prompts.tokenizer import Tokenizer
from prompts.tools import ToolSchema

QWEN = Qwen25Template()
HELLO = [ChatMessage("user", "Hello")]


class GatedTemplate:
    """Writes the last message, after the test has opened the gate; keeps what it has begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.has_begun = threading.Event()
        self.gate = threading.Event()

    def render(
        self,
        messages: Sequence[ChatMessage],
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[ToolSchema] | None = None,
        options: Mapping[str, object] = NO_OPTIONS,
    ) -> str:
        self.begun.append(messages[-1].content)
        self.has_begun.set()
        self.gate.wait()
        return messages[-1].content


@asynccontextmanager
async def open_encoder(
    tokenizer: Tokenizer, template: ChatTemplate = QWEN, *, context_length: int = 1000
) -> AsyncIterator[PromptEncoder]:
    encoder = PromptEncoder(tokenizer, template, context_length=context_length)
    try:
        yield encoder
    finally:
        await encoder.close()


async def test_a_chat_becomes_the_token_ids_of_its_text(byte_level: Tokenizer) -> None:
    async with open_encoder(byte_level) as encoder:
        prompt = await encoder.encode_chat(HELLO)
    assert prompt.text == QWEN.render(HELLO)
    assert prompt.token_ids == tuple(byte_level.encode(prompt.text))


async def test_roles_of_other_clients_do_not_reach_the_template(byte_level: Tokenizer) -> None:
    async with open_encoder(byte_level) as encoder:
        prompt = await encoder.encode_chat([ChatMessage("developer", "Be brief."), *HELLO])
    assert prompt.text.startswith("<|im_start|>system\nBe brief.")


async def test_a_prompt_must_leave_room_for_one_token(byte_level: Tokenizer) -> None:
    num_tokens = len(byte_level.encode(QWEN.render(HELLO)))
    async with open_encoder(byte_level, context_length=num_tokens + 1) as encoder:
        assert len((await encoder.encode_chat(HELLO)).token_ids) == num_tokens
    async with open_encoder(byte_level, context_length=num_tokens) as encoder:
        with pytest.raises(PromptTooLong, match=f"resulted in {num_tokens} tokens"):
            await encoder.encode_chat(HELLO)


async def test_a_prompt_that_is_only_counted_may_be_too_long(byte_level: Tokenizer) -> None:
    async with open_encoder(byte_level, context_length=1) as encoder:
        assert len((await encoder.encode_chat(HELLO, must_fit=False)).token_ids) > 1


@pytest.mark.parametrize("max_short_characters", [0, 100])
async def test_texts_without_a_template_are_encoded_as_they_are(
    byte_level: Tokenizer, max_short_characters: int
) -> None:
    encoder = PromptEncoder(
        byte_level, QWEN, context_length=1, max_short_characters=max_short_characters
    )
    texts = ["Hello", "<|im_start|>user"]
    token_ids = await encoder.encode_texts(texts, adds_special_tokens=True)
    await encoder.close()
    assert token_ids == [byte_level.encode(text) for text in texts]


async def test_a_long_text_does_not_stop_the_event_loop(byte_level: Tokenizer) -> None:
    loop = asyncio.get_running_loop()
    chat = [ChatMessage("user", "The coin fell while the market was closed. " * 20_000)]
    async with open_encoder(byte_level, context_length=10**9) as encoder:
        started = before = loop.time()
        longest_gap = 0.0
        encoding = asyncio.create_task(encoder.encode_chat(chat))
        while not encoding.done():
            await asyncio.sleep(0)
            longest_gap = max(longest_gap, loop.time() - before)
            before = loop.time()
        assert longest_gap < (loop.time() - started) / 2


async def test_a_caller_cancelled_in_the_line_costs_no_work(byte_level: Tokenizer) -> None:
    template = GatedTemplate()
    async with open_encoder(byte_level, template) as encoder:
        first, second, third = (
            asyncio.create_task(encoder.encode_chat([ChatMessage("user", text)]))
            for text in ("first", "second", "third")
        )
        await asyncio.to_thread(template.has_begun.wait)
        second.cancel()
        await asyncio.wait([second])
        template.gate.set()
        await asyncio.gather(first, third)
    assert template.begun == ["first", "third"]


async def test_closing_lets_callers_in_the_line_finish_and_ends_the_thread(
    byte_level: Tokenizer,
) -> None:
    template = GatedTemplate()
    others = {*threading.enumerate()}
    encoder = PromptEncoder(byte_level, template, context_length=1000)
    encodings = [asyncio.create_task(encoder.encode_chat(HELLO)) for _ in range(3)]
    await asyncio.to_thread(template.has_begun.wait)
    closing = asyncio.create_task(encoder.close())
    template.gate.set()
    assert [prompt.text for prompt in await asyncio.gather(*encodings)] == ["Hello"] * 3
    await closing
    ours = {*threading.enumerate()} - others
    assert not any(thread.name.startswith("encode") for thread in ours)


class ThreadTemplate:
    """Writes the name of the thread that it is rendered on."""

    def render(
        self,
        messages: Sequence[ChatMessage],
        *,
        add_generation_prompt: bool = True,
        tools: Sequence[ToolSchema] | None = None,
        options: Mapping[str, object] = NO_OPTIONS,
    ) -> str:
        return threading.current_thread().name


@pytest.mark.parametrize(
    ("chat", "is_short"),
    [
        ([ChatMessage("user", "12345")], True),
        ([ChatMessage("user", "123456")], False),
        ([ChatMessage("user", "123"), ChatMessage("user", "456")], False),
        ([ChatMessage("user", "")] * (MAX_SHORT_MESSAGES + 1), False),
        ([ChatMessage("user", "", name="a name may be long")], False),
        ([ChatMessage("assistant", "", reasoning_content="thoughts")], False),
        ([ChatMessage("tool", "", tool_call_id="1")], False),
        ([ChatMessage("assistant", "", tool_calls=(ToolCall("f", {}),))], False),
    ],
)
async def test_only_short_chats_are_encoded_on_the_event_loop(
    byte_level: Tokenizer, chat: list[ChatMessage], *, is_short: bool
) -> None:
    encoder = PromptEncoder(
        byte_level, ThreadTemplate(), context_length=1000, max_short_characters=5
    )
    prompt = await encoder.encode_chat(chat)
    assert (prompt.text == threading.current_thread().name) == is_short
    assert prompt.token_ids == tuple(byte_level.encode(prompt.text))
    await encoder.close()
