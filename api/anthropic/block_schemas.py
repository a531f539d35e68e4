"""The content blocks that messages of a Messages request are made of.

Thread: event loop. Source: Anthropic's client types 2.13.0, its betas included.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, JsonValue, Tag

from api.validation import WireModel

RESULT_TYPES = frozenset({"text", "search_result", "tool_reference"})
CALL_TYPES = frozenset({"tool_use", "tool_result", "tool_addition", "tool_removal"})
BLOCK_TYPES = frozenset({"text", "search_result", "thinking"}) | CALL_TYPES
READ_TYPES: list[JsonValue] = [*sorted(RESULT_TYPES | BLOCK_TYPES)]


def text_as_blocks(content: object) -> object:
    """A content that is a text, as the list of blocks that means the same."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


class TextBlockParam(WireModel):
    """What somebody says."""

    type: Literal["text"] = "text"
    text: str


class SearchResultBlockParam(WireModel):
    """A text with the place where it was found."""

    type: Literal["search_result"] = "search_result"
    title: str
    source: str
    content: Annotated[list[TextBlockParam], Field(fail_fast=True)]


class ToolReferenceBlockParam(WireModel):
    """In a tool's result: a deferred tool that may be called from now on."""

    type: Literal["tool_reference"] = "tool_reference"
    tool_name: str


class OtherBlockParam(WireModel):
    """A block of a type that is not read."""

    type: str = Field(json_schema_extra={"not": {"enum": READ_TYPES}})


class ThinkingBlockParam(WireModel):
    """What the model thought, as it was answered with."""

    type: Literal["thinking"] = "thinking"
    thinking: str = ""
    signature: str = ""


class ToolUseBlockParam(WireModel):
    """A call that the model made."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: dict[str, Any]


class ToolReferenceParam(WireModel):
    """A tool by its name."""

    type: Literal["tool_reference"]
    name: str


class ToolChangeBlockParam(WireModel):
    """From here on a tool may be called, or may not."""

    type: Literal["tool_addition", "tool_removal"]
    tool: ToolReferenceParam


def _type_in(value: object, read: frozenset[str]) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return kind if isinstance(kind, str) and kind in read else "other"


ResultBlock = Annotated[
    Annotated[TextBlockParam, Tag("text")]
    | Annotated[SearchResultBlockParam, Tag("search_result")]
    | Annotated[ToolReferenceBlockParam, Tag("tool_reference")]
    | Annotated[OtherBlockParam, Tag("other")],
    Discriminator(lambda value: _type_in(value, RESULT_TYPES)),
]


class ToolResultBlockParam(WireModel):
    """What a call of the model came to."""

    type: Literal["tool_result"] = "tool_result"
    tool_use_id: str
    content: Annotated[
        list[ResultBlock],
        Field(fail_fast=True),
        BeforeValidator(text_as_blocks, json_schema_input_type=str | list[ResultBlock]),
    ] = Field([])
    is_error: bool = False


Block = Annotated[
    Annotated[TextBlockParam, Tag("text")]
    | Annotated[SearchResultBlockParam, Tag("search_result")]
    | Annotated[ThinkingBlockParam, Tag("thinking")]
    | Annotated[ToolUseBlockParam, Tag("tool_use")]
    | Annotated[ToolResultBlockParam, Tag("tool_result")]
    | Annotated[ToolChangeBlockParam, Tag("tool_addition")]
    | Annotated[ToolChangeBlockParam, Tag("tool_removal")]
    | Annotated[OtherBlockParam, Tag("other")],
    Discriminator(lambda value: _type_in(value, BLOCK_TYPES)),
]
