"""Chats and texts to token ids, in a thread of its own: long ones must not stop the event loop.

Thread: event loop; the work runs in the encode pool, but for short ones.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from prompts.ending import PromptEnding, render_ending
from prompts.errors import EncoderClosed, PromptTooLong, TemplateError
from prompts.inputs import Input, encode_few, in_turns
from prompts.messages import ChatMessage, normalise
from prompts.template import NO_OPTIONS, ChatTemplate
from prompts.tokenizer import Tokenizer
from prompts.tools import ToolSchema

PATIENCE_SECONDS = 5.0
"""How long `close` waits for the line; who stands in it later is cancelled."""

Made = TypeVar("Made")

SHORT_CHAT_CHARACTERS = 500
MAX_SHORT_MESSAGES = 8
"""What is within both takes 0.05 to 0.5 ms. The way to the encode pool and back takes as long, and
every step of it hands the GIL from thread to thread.
"""


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """A prompt as the model reads it, and the text it was made from."""

    token_ids: tuple[int, ...]
    text: str


class PromptEncoder:
    """Renders and encodes one chat or text after the other, in the order they came.

    `context_length` is in tokens, prompt and answer together. A text, or a chat of plain text, with
    at most `max_short_characters` does not stand in the line: it is encoded on the event loop. A
    caller that is cancelled while it waits takes its work out of the line; work that has begun runs
    to its end.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        chat_template: ChatTemplate | None,
        *,
        context_length: int,
        max_short_characters: int = 0,
    ) -> None:
        self._tokenizer = tokenizer
        self._chat_template = chat_template
        self._context_length = context_length
        self._max_short_characters = max_short_characters
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode")

    async def encode_chat(
        self,
        messages: Sequence[ChatMessage],
        *,
        ending: PromptEnding = "answer opened",
        tools: Sequence[ToolSchema] | None = None,
        options: Mapping[str, object] = NO_OPTIONS,
        must_fit: bool = True,
    ) -> EncodedPrompt:
        """The prompt for a chat; for `tools` and `options` see `ChatTemplate.render`.

        Raises:
            TemplateError: the chat template refused the messages.
            PromptTooLong: no room is left for an answer, and it must fit.
            EncoderClosed: the encoder was closed before this chat's turn.
        """
        template = self._chat_template
        if template is None:
            raise TemplateError("This model has no chat template.")
        is_short = not tools and self._are_short(messages)
        as_ids = self._tokenizer.encode_short if is_short else self._tokenizer.encode

        def encode() -> EncodedPrompt:
            text = render_ending(
                template, normalise(messages), ending, tools=tools, options=options
            )
            return EncodedPrompt(tuple(as_ids(text)), text)

        prompt = encode() if is_short else await self.in_pool(encode)
        if must_fit and len(prompt.token_ids) >= self._context_length:
            raise PromptTooLong(len(prompt.token_ids), self._context_length)
        return prompt

    async def encode_texts(
        self, texts: Sequence[str], *, adds_special_tokens: bool
    ) -> list[list[int]]:
        """The token ids of texts that stand in no template, however long they are.

        Raises:
            EncoderClosed: the encoder was closed before their turn.
        """
        is_short = sum(map(len, texts)) <= self._max_short_characters
        as_ids = self._tokenizer.encode_short if is_short else self._tokenizer.encode

        def encode() -> list[list[int]]:
            return [as_ids(text, adds_special_tokens=adds_special_tokens) for text in texts]

        return encode() if is_short else await self.in_pool(encode)

    def _are_short(self, messages: Sequence[ChatMessage]) -> bool:
        return (
            len(messages) <= MAX_SHORT_MESSAGES
            and all(message.is_plain_text for message in messages)
            and sum(len(message.content) for message in messages) <= self._max_short_characters
        )

    async def encode_inputs(
        self, inputs: Sequence[Input], *, prompt: str = "", vocab_size: int, cuts: bool = False
    ) -> list[tuple[int, ...]]:
        """Token ids of inputs to embed; `prompt` is put before each that is a text.

        cuts: of a text that is too long the beginning is taken.

        The line is joined again after every few, so that others come in between.

        Raises:
            UnusableInput: an input is empty, has a value that is no token id, or is too long.
            EncoderClosed: the encoder was closed before this was done.
        """
        encoded: list[tuple[int, ...]] = []
        for few in in_turns(inputs):
            encode = partial(
                encode_few,
                self._tokenizer,
                few,
                first=len(encoded),
                prompt=prompt,
                vocab_size=vocab_size,
                context_length=self._context_length,
                cuts=cuts,
            )
            encoded += await self.in_pool(encode)
        return encoded

    async def in_pool(self, work: Callable[[], Made]) -> Made:
        """Do work with the tokenizer when its turn in the line comes.

        Raises:
            EncoderClosed: the encoder was closed before.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise EncoderClosed("The server is shutting down.") from None

    async def close(self) -> None:
        """Let the line run empty, within reason, and end the thread.

        No chat may be encoded after this began.
        """
        line = asyncio.get_running_loop().run_in_executor(self._pool, _nothing)
        await asyncio.wait({line}, timeout=PATIENCE_SECONDS)
        self._pool.shutdown(wait=line.done(), cancel_futures=True)


def _nothing() -> None:
    """Queued last, so that waiting for it is waiting for all the others."""
