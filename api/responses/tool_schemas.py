"""Tools of a Responses request, and which of them may be called.

Thread: event loop. Source: OpenAI's client types 3.54.0, and what Codex 0.169 sends.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from api.format_schemas import JsonSchema
from api.tool_schemas import MAX_TOOLS
from api.validation import WireModel, at_most

NAMED = ("function", "custom", "namespace")


class CustomToolFormat(WireModel):
    """What the input of a custom tool looks like."""

    type: Literal["text", "grammar"] = "text"
    syntax: Literal["lark", "regex"] = "lark"
    definition: str = ""

    @model_validator(mode="after")
    def _has_its_grammar(self) -> "CustomToolFormat":
        if self.type == "grammar" and not self.definition:
            raise ValueError("a format of type 'grammar' needs 'definition'")
        return self

    @property
    def pattern(self) -> str | None:
        """The regular expression, if it is one."""
        return self.definition if self.type == "grammar" and self.syntax == "regex" else None


class ResponsesTool(WireModel):
    """One entry of `tools`, of any type; functions and custom tools, alone or in a namespace."""

    type: str
    name: str = ""
    description: str | None = None
    parameters: JsonSchema = Field({})
    strict: bool = False
    format: CustomToolFormat = Field(CustomToolFormat())
    tools: Annotated[list["ResponsesTool"], Field(fail_fast=True), at_most(MAX_TOOLS)] = Field([])

    @model_validator(mode="after")
    def _has_a_name(self) -> "ResponsesTool":
        if self.type in NAMED and not self.name:
            raise ValueError(f"a tool of type '{self.type}' needs 'name'")
        return self


class ToolName(WireModel):
    """One of the tools, as a choice names it."""

    type: str = "function"
    name: str = ""
    namespace: str | None = None


class ResponsesToolChoice(ToolName):
    """Whether the answer may, must or must not be calls; a text on the wire, or an object."""

    type: str = "auto"
    mode: Literal["auto", "required"] = "auto"
    tools: Annotated[list[ToolName], Field(fail_fast=True), at_most(MAX_TOOLS)] = Field([])
