"""The input of a Responses request: messages, calls, their results and reasoning, as items.

Thread: event loop. Source: OpenAI's client types 3.54.0, and what Codex 0.169 sends.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.message_schemas import MAX_ITEMS
from api.responses.tool_schemas import ResponsesTool
from api.validation import WireModel

LISTS = ("content", "output", "summary", "tools")


def text_as_items(value: object) -> object:
    """An input that is a text, as the user's message."""
    return [{"role": "user", "content": value}] if isinstance(value, str) else value


def not_too_large(items: object) -> object:
    """Bound the items and all that is in them together: checking them takes the loop's time."""
    if not isinstance(items, list):
        return items
    num_items = len(items)
    for item in items:
        if isinstance(item, dict):
            lists = [item.get(name) for name in LISTS]
            num_items += sum(len(parts) for parts in lists if isinstance(parts, list))
    if num_items > MAX_ITEMS:
        raise ValueError(f"{num_items} items and parts together; the limit is {MAX_ITEMS}")
    return items


def _text_as_part(content: object) -> object:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class InputPart(WireModel):
    """One part of an item; only text is served."""

    type: str
    text: str | None = None
    refusal: str | None = None


Parts = Annotated[
    list[InputPart] | None,
    Field(fail_fast=True),
    BeforeValidator(_text_as_part, json_schema_input_type=str | list[InputPart]),
]


class InputItem(WireModel):
    """One item of any type: which fields it needs depends on the type. See messages.py."""

    type: str | None = None
    id: str | None = None
    role: Literal["user", "assistant", "system", "developer"] | None = None
    content: Parts = None
    summary: Parts = None
    encrypted_content: str | None = None
    name: str | None = None
    namespace: str | None = None
    call_id: str | None = None
    arguments: str = "{}"
    input: str | None = None
    output: Parts = None
    tools: Annotated[list[ResponsesTool], Field(fail_fast=True)] = Field([])

    @property
    def kind(self) -> str:
        """Its type; clients may leave it out of a message, and of a reference to a stored item."""
        return self.type or ("message" if self.role else "item_reference")
