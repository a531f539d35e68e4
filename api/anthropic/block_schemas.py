"""The content blocks that messages of a Messages request are made of.

Thread: event loop. Source: Anthropic's client types 2.13.0, its betas included.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from api.validation import WireModel


def text_as_blocks(content: object) -> object:
    """A content that is a text, as the list of blocks that means the same."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class TextBlock(WireModel):
    """What somebody says."""

    type: Literal["text"] = "text"
    text: str


class SearchResultBlock(WireModel):
    """A text with the place where it was found."""

    type: Literal["search_result"] = "search_result"
    title: str
    source: str
    content: Annotated[list[TextBlock], Field(fail_fast=True)]


class ToolReferenceBlock(WireModel):
    """In a tool's result: a deferred tool that may be called from now on."""

    type: Literal["tool_reference"] = "tool_reference"
    tool_name: str


class OtherBlock(WireModel):
    """A block of a type that is not read."""

    type: str


class ThinkingBlock(WireModel):
    """What the model thought, as it was answered with."""

    type: Literal["thinking"] = "thinking"
    thinking: str = ""
    signature: str = ""


class ToolUseBlock(WireModel):
    """A call that the model made."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: dict[str, Any]


class ToolReference(WireModel):
    """A tool by its name."""

    type: Literal["tool_reference"]
    name: str


class ToolChangeBlock(WireModel):
    """From here on a tool may be called, or may not."""

    type: Literal["tool_addition", "tool_removal"]
    tool: ToolReference


def _type_in(value: object, read: frozenset[str]) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return kind if isinstance(kind, str) and kind in read else "other"


RESULT_TYPES = frozenset({"text", "search_result", "tool_reference"})
CALL_TYPES = frozenset({"tool_use", "tool_result", "tool_addition", "tool_removal"})
BLOCK_TYPES = frozenset({"text", "search_result", "thinking"}) | CALL_TYPES

ResultBlock = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[SearchResultBlock, Tag("search_result")]
    | Annotated[ToolReferenceBlock, Tag("tool_reference")]
    | Annotated[OtherBlock, Tag("other")],
    Discriminator(lambda value: _type_in(value, RESULT_TYPES)),
]


class ToolResultBlock(WireModel):
    """What a call of the model came to."""

    type: Literal["tool_result"] = "tool_result"
    tool_use_id: str
    content: Annotated[
        list[ResultBlock], Field(fail_fast=True), BeforeValidator(text_as_blocks)
    ] = Field([])
    is_error: bool = False


Block = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[SearchResultBlock, Tag("search_result")]
    | Annotated[ThinkingBlock, Tag("thinking")]
    | Annotated[ToolUseBlock, Tag("tool_use")]
    | Annotated[ToolResultBlock, Tag("tool_result")]
    | Annotated[ToolChangeBlock, Tag("tool_addition")]
    | Annotated[ToolChangeBlock, Tag("tool_removal")]
    | Annotated[OtherBlock, Tag("other")],
    Discriminator(lambda value: _type_in(value, BLOCK_TYPES)),
]
