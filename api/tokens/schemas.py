"""The bodies of POST /tokenize and /detokenize.

Thread: event loop. Source: vLLM's TokenizeCompletionRequest, TokenizeChatRequest and
DetokenizeRequest.
"""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue

from api.chat_schemas import ChatRequest
from api.message_schemas import Message, not_too_large
from api.validation import WireModel, at_most

MAX_TOKENS = 1_000_000
"""Of one body: checking it must not hold up the others."""

EXAMPLES: list[JsonValue] = [
    {"prompt": "Once upon a time", "return_token_strs": True},
    {"model": "default", "messages": [{"role": "user", "content": "Hello"}]},
]


class TokenizeRequest(ChatRequest):
    """POST /tokenize: a text as `prompt`, or the body of a chat, which need not be cut down.

    Special tokens are added to a text unless `add_special_tokens` is false; a chat has those of its
    template.
    """

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    model: str = "default"
    prompt: str | None = None
    messages: Annotated[list[Message], Field(fail_fast=True), BeforeValidator(not_too_large)] = (
        Field([])
    )
    add_special_tokens: bool | None = None
    return_token_strs: bool = False


class DetokenizeRequest(WireModel):
    """POST /detokenize."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tokens": [300, 301]}]})

    model: str = "default"
    tokens: Annotated[list[int], Field(fail_fast=True), at_most(MAX_TOKENS)]
