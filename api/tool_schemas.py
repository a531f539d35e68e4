"""Tools of a chat request, and which of them may be called.

Thread: event loop. Source: OpenAI's client types 3.54.0.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from api.format_schemas import JsonSchema
from api.validation import WireModel
from prompts.tools import ToolSchema

MAX_TOOLS = 128
NAME = r"^[a-zA-Z0-9_-]{1,128}$"
"""OpenAI allows 64 characters, Anthropic 128."""


def _describes_an_object(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type", "object") != "object":
        raise ValueError("arguments are an object, so the schema's type must be 'object'")
    return schema


class FunctionDefinition(WireModel):
    """A function of the client. Without `parameters` it takes no arguments."""

    name: str = Field(pattern=NAME)
    description: str | None = None
    parameters: Annotated[JsonSchema, AfterValidator(_describes_an_object)] = Field({})
    strict: bool = False

    def as_schema(self) -> ToolSchema:
        """The function as chat templates take it, whatever the order of its keys was."""
        function: dict[str, object] = {"name": self.name}
        if self.description is not None:
            function["description"] = self.description
        if self.parameters:
            function["parameters"] = self.parameters
        return {"type": "function", "function": function}


class ToolDefinition(WireModel):
    """One entry of `tools`; only functions are served."""

    type: Literal["function"] = "function"
    function: FunctionDefinition


class FunctionName(WireModel):
    """Which function."""

    name: str


class NamedTool(WireModel):
    """A tool by its name."""

    type: Literal["function"] = "function"
    function: FunctionName


class AllowedTools(WireModel):
    """A choice among some of the tools."""

    mode: Literal["auto", "required"] = "auto"
    tools: Annotated[list[NamedTool], Field(min_length=1, max_length=MAX_TOOLS)]


class ToolChoice(WireModel):
    """Whether the answer may, must or must not be calls; a text on the wire, or an object."""

    type: Literal["none", "auto", "required", "function", "allowed_tools"] = "auto"
    function: FunctionName | None = None
    allowed_tools: AllowedTools | None = None

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> "ToolChoice":
        if self.type == "function" and self.function is None:
            raise ValueError("a choice of type 'function' needs 'function'")
        if self.type == "allowed_tools" and self.allowed_tools is None:
            raise ValueError("a choice of type 'allowed_tools' needs 'allowed_tools'")
        return self

    @property
    def is_required(self) -> bool:
        """Whether the answer must be calls."""
        allowed = self.allowed_tools
        return self.type in ("required", "function") or bool(allowed and allowed.mode == "required")

    @property
    def names(self) -> list[str] | None:
        """The functions that may be called; None is all."""
        if self.type == "function" and self.function:
            return [self.function.name]
        if self.type == "allowed_tools" and self.allowed_tools:
            return [tool.function.name for tool in self.allowed_tools.tools]
        return None


ChoiceWord = Literal["none", "auto", "required"]


def choice_as_object(choice: object) -> object:
    """A tool_choice that is a text, as the object that means the same."""
    return {"type": choice} if isinstance(choice, str) else choice


def function_as_choice(choice: object) -> object:
    """The older function_call as a tool_choice."""
    if isinstance(choice, dict):
        return {"type": "function", "function": choice}
    return choice_as_object(choice)
