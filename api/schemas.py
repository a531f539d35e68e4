"""The body of POST /v1/chat/completions, as far as it is honoured.

Thread: event loop. Source: OpenAI's client types 3.54.0; fields that are accepted and ignored, and
fields that are refused, are in api/undone.py.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from api.validation import WireModel
from batching.messages import Priority

MAX_ITEMS = 10_000
MAX_STOP_STRINGS = 64
MAX_BIASED_TOKENS = 1_024
"""Limits that no honest request reaches: checking a body must not hold up the others."""

MAX_STOP_LENGTH = 512
TOKEN_ID = re.compile(r"0|[1-9][0-9]{0,9}")


def _not_too_large(messages: object) -> object:
    """Bound the items of a conversation taken together: checking them takes the loop's time."""
    if not isinstance(messages, list):
        return messages
    num_items = len(messages)
    for message in messages:
        if isinstance(message, dict):
            lists = (message.get("content"), message.get("tool_calls"))
            num_items += sum(len(items) for items in lists if isinstance(items, list))
    if num_items > MAX_ITEMS:
        raise ValueError(
            f"{num_items} messages, content parts and tool calls together; the limit is {MAX_ITEMS}"
        )
    return messages


def _at_most(limit: int) -> BeforeValidator:
    """Refuse a longer list before any of its items is looked at."""

    def check(value: object) -> object:
        if isinstance(value, list | dict) and len(value) > limit:
            raise ValueError(f"{len(value)} items; the limit is {limit}")
        return value

    return BeforeValidator(check)


def _text_as_part(content: object) -> object:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _one_as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _usable_stop_strings(stops: list[str]) -> list[str]:
    for stop in stops:
        if len(stop) > MAX_STOP_LENGTH:
            raise ValueError(
                f"a stop string has {len(stop)} characters; the limit is {MAX_STOP_LENGTH}"
            )
    return [stop for stop in stops if stop]


def _token_bias(bias: dict[str, float]) -> dict[str, float]:
    for token, value in bias.items():
        if not TOKEN_ID.fullmatch(token):
            raise ValueError(f"the key {token[:40]!r} is not a token id")
        if not -100 <= value <= 100:
            raise ValueError(f"the bias of token {token[:40]} is {value}; allowed is -100 to 100")
    return bias


class ContentPart(WireModel):
    """One part of a message's content; only text is served."""

    type: str
    text: str | None = None
    refusal: str | None = None


class FunctionCall(WireModel):
    """A call that an assistant message made earlier in the conversation."""

    name: str
    arguments: str = "{}"


class ToolCall(WireModel):
    """One entry of an assistant message's tool_calls."""

    id: str | None = None
    function: FunctionCall


class Message(WireModel):
    """One message of the conversation, in any of OpenAI's roles."""

    role: Literal["developer", "system", "user", "assistant", "tool", "function"]
    content: Annotated[
        list[ContentPart] | None,
        Field(fail_fast=True),
        BeforeValidator(_text_as_part),
    ] = None
    name: str | None = None
    tool_calls: Annotated[list[ToolCall] | None, Field(fail_fast=True)] = None
    tool_call_id: str | None = None
    function_call: FunctionCall | None = None
    refusal: str | None = None
    reasoning_content: str | None = Field(
        None, validation_alias=AliasChoices("reasoning_content", "reasoning")
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Message":
        speaks = self.content is not None or self.tool_calls or self.function_call or self.refusal
        if not speaks:
            raise ValueError(f"a message of role '{self.role}' needs content")
        return self


class StreamOptions(WireModel):
    """What a stream should carry besides the text."""

    include_usage: bool = False


class ChatRequest(WireModel):
    """POST /v1/chat/completions. Fields that are None take the model's own default."""

    messages: Annotated[
        list[Message], Field(min_length=1, fail_fast=True), BeforeValidator(_not_too_large)
    ]
    model: str
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = Field(None, ge=1)
    max_tokens: int | None = Field(
        None, ge=1, validation_alias=AliasChoices("max_tokens", "n_predict")
    )
    min_tokens: int = Field(0, ge=0)
    ignore_eos: bool = False
    stop: Annotated[
        list[str],
        _at_most(MAX_STOP_STRINGS),
        BeforeValidator(_one_as_list),
        AfterValidator(_usable_stop_strings),
    ] = Field([])
    seed: int | None = Field(None, ge=-(2**63), le=2**63 - 1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=-1, le=2**31)
    min_p: float = Field(0.0, ge=0, le=1)
    frequency_penalty: float = Field(0.0, ge=-2, le=2)
    presence_penalty: float = Field(0.0, ge=-2, le=2)
    repetition_penalty: float | None = Field(
        None,
        ge=0.01,
        le=10,
        validation_alias=AliasChoices("repetition_penalty", "repeat_penalty"),
    )
    logit_bias: Annotated[
        dict[str, float], _at_most(MAX_BIASED_TOKENS), AfterValidator(_token_bias)
    ] = Field({})
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = (
        None
    )
    service_tier: str | None = None
    priority: int | None = None

    @property
    def token_limit(self) -> int | None:
        """The newer name wins where both are given."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def includes_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    @property
    def priority_class(self) -> Priority:
        """Whether somebody waits for the answer. vLLM's number, lower first, wins over the tier.

        Source: OpenAI's flex processing; vLLM's priority scheduling, where 0 is the default.
        """
        if self.priority is not None:
            return "batch" if self.priority > 0 else "interactive"
        return "batch" if self.service_tier == "flex" else "interactive"

    def template_options(self) -> dict[str, Any]:
        """Keyword arguments for the chat template; one that does not know them ignores them."""
        if self.reasoning_effort is None:
            return {}
        return {"enable_thinking": self.reasoning_effort != "none"}
