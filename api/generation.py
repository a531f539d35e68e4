"""One answer under way: a chat request turned into a token stream, and its tokens into text.

Thread: event loop.
"""

import random
import time
from types import TracebackType
from typing import Self

import orjson

from api.errors import InvalidRequest, shorten
from api.ids import new_id
from api.schemas import ChatRequest, FunctionCall, Message
from batching.engine.protocol import SamplingParams
from batching.messages import FinishReason, StopRules
from batching.stream import TokenStream
from model_manager import ServedModel
from prompts.encoder import EncodedPrompt
from prompts.messages import ChatMessage, ToolCall
from prompts.text_stream import TextStream

MAX_SEED = 2**63


class Generation:
    """The text of one answer, piece by piece. Leaving its `with` block frees the slot."""

    def __init__(self, tokens: TokenStream, text: TextStream, *, arrived_seconds: float) -> None:
        self.tokens = tokens
        self._arrived_seconds = arrived_seconds
        self._text = text
        self.has_ended = False
        """Whether all of its text was handed out."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.tokens.cancel()

    async def next_pieces(self, *, patience_seconds: float | None = None) -> list[str]:
        """The next pieces of text, one for each token that has one; none are the end.

        Raises:
            TimeoutError: there was no text for so long; asking again loses nothing.
            BatchingError: the sequence failed.
        """
        until_seconds = None
        if patience_seconds is not None:
            until_seconds = time.monotonic() + patience_seconds
        while not self.has_ended:
            bunch = await self.tokens.next_bunch(until_seconds=until_seconds)
            pieces = [self._text.push((token_id,)) for token_id in bunch]
            if self._text.is_stopped or self.tokens.is_over:
                self.has_ended = True
                pieces.append(self._text.finish())
            if pieces := [piece for piece in pieces if piece]:
                return pieces
        return []

    async def whole_text(self) -> str:
        """All of the text at once."""
        if not self._text.has_stop_strings:  # nothing in it can end it early
            await self.tokens.wait_for_end()
        pieces = []
        while not self.has_ended:
            pieces += await self.next_pieces()
        return "".join(pieces)

    @property
    def finish_reason(self) -> FinishReason:
        """Valid after the last piece."""
        if self._text.is_stopped:
            return "stop"
        return self.tokens.finish_reason or "stop"

    @property
    def num_completion_tokens(self) -> int:
        return self._text.num_tokens

    def log_fields(self) -> dict[str, object]:
        """What the request's log line says about it."""
        times = self.tokens.times
        fields: dict[str, object] = {
            "prompt_tokens": self.tokens.num_prompt_tokens,
            "cached_tokens": self.tokens.num_cached_tokens,
            "completion_tokens": self.num_completion_tokens,
            "finish_reason": self.finish_reason if self.has_ended else None,
        }
        if times.first_token_seconds is None or times.last_token_seconds is None:
            return fields
        fields["ttft_seconds"] = round(times.first_token_seconds - self._arrived_seconds, 3)
        seconds = times.last_token_seconds - times.first_token_seconds
        if seconds > 0 and self.num_completion_tokens > 1:
            fields["tokens_per_second"] = round((self.num_completion_tokens - 1) / seconds, 1)
        return fields


async def start_generation(
    chat: ChatRequest, model: ServedModel, *, arrived_seconds: float, client: str = ""
) -> Generation:
    """Template, encode, check and queue a client's request that came at a monotonic time.

    Raises:
        PromptError: the template refuses the messages, or they do not fit into the context.
        BatchingError: the model takes no request now.
        InvalidRequest: a value does not fit this model.
    """
    messages = as_chat_messages(chat.messages)
    prompt = await model.encode(messages, chat.template_options(), client=client)
    tokens = model.batcher.submit(
        new_id(),
        prompt.token_ids,
        sampling=sampling_params(chat, model),
        stop_rules=stop_rules(chat, model, prompt),
        client=client,
        priority=chat.priority_class,
        is_streamed=chat.stream,
    )
    text = TextStream(model.tokenizer, chat.stop)
    return Generation(tokens, text, arrived_seconds=arrived_seconds)


def as_chat_messages(messages: list[Message]) -> list[ChatMessage]:
    """Wire messages as templates take them; text parts are joined."""
    return [
        ChatMessage(
            role=message.role,
            content=_text_of(message, index),
            name=message.name,
            tool_call_id=message.tool_call_id,
            tool_calls=_calls_of(message, index),
            reasoning_content=message.reasoning_content,
        )
        for index, message in enumerate(messages)
    ]


def sampling_params(chat: ChatRequest, model: ServedModel) -> SamplingParams:
    """The request's values, else the model's generation_config.json's, else OpenAI's defaults."""
    makers = model.generation_defaults
    return SamplingParams(
        temperature=_first(chat.temperature, makers.temperature, 1.0),
        top_p=_first(chat.top_p, makers.top_p, 1.0),
        top_k=max(0, int(_first(chat.top_k, makers.top_k, 0))),
        min_p=chat.min_p,
        seed=random.randrange(MAX_SEED) if chat.seed is None else chat.seed,
        frequency_penalty=chat.frequency_penalty,
        presence_penalty=chat.presence_penalty,
        repetition_penalty=_first(chat.repetition_penalty, makers.repetition_penalty, 1.0),
        logit_bias=_logit_bias(chat, model.vocab_size),
    )


def stop_rules(chat: ChatRequest, model: ServedModel, prompt: EncodedPrompt) -> StopRules:
    """When the answer ends. An answer is cut at the context's end, as most local servers do.

    Raises:
        InvalidRequest: min_tokens is more than the answer may have.
    """
    room = model.context_length - len(prompt.token_ids)
    max_tokens = min(chat.token_limit or room, room)
    if chat.min_tokens > max_tokens:
        raise InvalidRequest(
            f"Invalid 'min_tokens': {chat.min_tokens} is more than the {max_tokens} tokens that "
            "the answer may have.",
            param="min_tokens",
        )
    stop_token_ids = frozenset() if chat.ignore_eos else model.eos_token_ids
    return StopRules(
        max_tokens,
        min_tokens=chat.min_tokens,
        stop_token_ids=stop_token_ids,
    )


def _first(asked: float | None, makers: float | None, default: float) -> float:
    if asked is not None:
        return asked
    return default if makers is None else makers


def _text_of(message: Message, index: int) -> str:
    texts = []
    for position, part in enumerate(message.content or []):
        text = part.refusal if part.type == "refusal" else part.text
        if part.type not in ("text", "refusal") or text is None:
            param = f"messages[{index}].content[{position}]"
            raise InvalidRequest(
                f"Invalid '{param}': this model reads text only, but got a part of type "
                f"{part.type[:40]!r}.",
                param=param,
                code="unsupported_value",
            )
        texts.append(text)
    return "".join(texts) or message.refusal or ""


def _calls_of(message: Message, index: int) -> tuple[ToolCall, ...]:
    """The calls that an assistant made, with arguments as the object that templates want."""
    calls = [(call.function, call.id) for call in message.tool_calls or []]
    if message.function_call:
        calls.append((message.function_call, None))
    return tuple(
        ToolCall(
            name=function.name,
            arguments=_arguments_of(function, param=f"messages[{index}].tool_calls[{position}]"),
            id=call_id,
        )
        for position, (function, call_id) in enumerate(calls)
    )


def _arguments_of(function: FunctionCall, *, param: str) -> dict[str, object]:
    try:
        arguments = orjson.loads(function.arguments or "{}")
    except orjson.JSONDecodeError:
        arguments = None
    if not isinstance(arguments, dict):
        raise InvalidRequest(
            f"Invalid '{param}': arguments must be a JSON object as a string, but got "
            f"{shorten(function.arguments)}.",
            param=param,
        )
    return arguments


def _logit_bias(chat: ChatRequest, vocab_size: int) -> tuple[tuple[int, float], ...]:
    bias = tuple((int(token), value) for token, value in chat.logit_bias.items())
    for token, _ in bias:
        if token >= vocab_size:
            raise InvalidRequest(
                f"Invalid 'logit_bias': token id {token} is not in the vocabulary of {vocab_size}.",
                param="logit_bias",
            )
    return bias
