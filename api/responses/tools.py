"""Tools of all kinds as functions, which is what models are trained on, and back.

Thread: event loop.

A custom tool is a function with one text as its argument. A tool in a namespace is a function with
the namespace in front of its name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.errors import InvalidRequest, shorten
from api.responses.item_schemas import InputItem
from api.responses.schemas import ConversationRequest
from api.responses.tool_schemas import (
    CustomToolFormat,
    ResponsesTool,
    ResponsesToolChoice,
    ToolName,
)
from api.responses.undone import IGNORED_TOOLS, log_ignored_tool

INPUT = "input"
"""The one argument of a custom tool."""


@dataclass(frozen=True, slots=True)
class SentTool:
    """A function or a custom tool as the client described it, at its place in the request."""

    definition: ResponsesTool
    place: str
    namespace: str | None = None

    @property
    def is_custom(self) -> bool:
        return self.definition.type == "custom"

    @property
    def function_name(self) -> str:
        return function_name(self.definition.name, self.namespace)

    def as_function(self) -> dict[str, Any]:
        """The function that the model is shown."""
        definition = self.definition
        function: dict[str, Any] = {
            "name": self.function_name,
            "description": definition.description,
            "parameters": definition.parameters,
            "strict": definition.strict,
        }
        if self.is_custom:
            function |= _custom_function(definition)
        return {"type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class ToolBook:
    """All tools of a request that the model is shown, in their order."""

    tools: tuple[SentTool, ...] = ()
    by_function: dict[str, SentTool] = field(default_factory=dict)

    @property
    def places(self) -> dict[str, str]:
        """Where the functions of the chat request came from."""
        places = {}
        for number, tool in enumerate(self.tools):
            function = f"tools[{number}].function"
            places[function] = tool.place
            if tool.is_custom:
                places[f"{function}.parameters"] = f"{tool.place}.format"
        return places

    def choice(self, choice: ResponsesToolChoice) -> dict[str, Any] | str:
        """The tool_choice of the chat request.

        Raises:
            InvalidRequest: it names a tool that is not served.
        """
        if choice.type in ("function", "custom"):
            return {"type": "function", "function": self._named(choice, "tool_choice")}
        if choice.type == "allowed_tools":
            tools = [
                {"type": "function", "function": self._named(tool, f"tool_choice.tools[{number}]")}
                for number, tool in enumerate(choice.tools)
                if tool.type not in IGNORED_TOOLS
            ]
            return {
                "type": "allowed_tools",
                "allowed_tools": {"mode": choice.mode, "tools": tools},
            }
        if choice.type in ("none", "auto", "required"):
            return choice.type
        raise _not_served("tool_choice", choice.type)

    def _named(self, name: ToolName, place: str) -> dict[str, str]:
        if name.type not in ("function", "custom"):
            raise _not_served(place, name.type)
        for tool in self.tools:
            is_meant = name.name in (tool.definition.name, tool.function_name)
            if is_meant and name.namespace in (None, tool.namespace):
                return {"name": tool.function_name}
        known = shorten([tool.function_name for tool in self.tools])
        raise InvalidRequest(
            f"Invalid '{place}': there is no tool {shorten(name.name)}. Tools: {known}.",
            param=place,
        )


def function_name(name: str, namespace: str | None) -> str:
    """A tool's name as the model knows it."""
    return f"{namespace}__{name}" if namespace else name


def read_tools(request: ConversationRequest) -> ToolBook:
    """The tools of a request, those among its input too.

    Raises:
        InvalidRequest: a tool is of a type that is not served.
    """
    tools = (*_served(request.tools, "tools"), *_additional(request.input))
    return ToolBook(tools, {tool.function_name: tool for tool in tools})


def _additional(items: Sequence[InputItem]) -> Iterator[SentTool]:
    """Tools that are an item of the conversation, as Codex gives them to OpenAI's newest models."""
    for number, item in enumerate(items):
        if item.kind == "additional_tools":
            yield from _served(item.tools, f"input[{number}].tools")


def _served(
    definitions: Iterable[ResponsesTool], place: str, namespace: str | None = None
) -> Iterator[SentTool]:
    for number, definition in enumerate(definitions):
        here = f"{place}[{number}]"
        if definition.type in ("function", "custom"):
            yield SentTool(definition, here, namespace)
        elif definition.type == "namespace" and namespace is None:
            yield from _served(definition.tools, f"{here}.tools", definition.name)
        elif definition.type in IGNORED_TOOLS:
            log_ignored_tool(definition.type)
        else:
            raise _not_served(here, definition.type)


def _custom_function(definition: ResponsesTool) -> dict[str, Any]:
    """A custom tool's description and argument; its argument is kept to a regular expression."""
    pattern = definition.format.pattern
    argument: dict[str, Any] = {"type": "string"}
    if pattern is not None:
        argument["pattern"] = f"^(?:{pattern})$"
    parts = (definition.description, _format_described(definition.format))
    return {
        "description": "\n\n".join(part for part in parts if part),
        "parameters": {"type": "object", "properties": {INPUT: argument}, "required": [INPUT]},
        "strict": pattern is not None,
    }


def _format_described(format_: CustomToolFormat) -> str:
    """What a schema cannot say: no Lark grammar fits into a string of JSON."""
    if format_.type == "grammar" and format_.syntax == "lark":
        return f"'{INPUT}' is a text that matches this Lark grammar:\n{format_.definition}"
    return ""


def _not_served(place: str, kind: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid '{place}': tools of type {shorten(kind)} are not served here. Leave it out, "
        "or describe a tool of type 'function' or 'custom' and run it yourself.",
        param=place,
        code="unsupported_value",
    )
