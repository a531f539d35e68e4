"""The messages of a chat request.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from api.validation import WireModel

MAX_ITEMS = 10_000
"""No honest request reaches it: checking a body must not hold up the others."""


def not_too_large(messages: object) -> object:
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


def _text_as_part(content: object) -> object:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


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
        BeforeValidator(_text_as_part, json_schema_input_type=str | list[ContentPart] | None),
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
