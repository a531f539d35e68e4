"""Which tools a request shows the model, and which calls may answer it.

Thread: event loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest, shorten
from api.tool_schemas import FunctionDefinition
from prompts.tools import Tool, ToolSchema


@dataclass(frozen=True, slots=True)
class ToolUse:
    """`schemas` are in the prompt and `tools` are what they describe; `allowed` may be called.

    With `is_required` the answer must be calls. `params` are the tools' places in the request.
    """

    schemas: tuple[ToolSchema, ...] = ()
    tools: tuple[Tool, ...] = ()
    allowed: tuple[Tool, ...] = ()
    params: tuple[str, ...] = ()
    is_required: bool = False
    is_strict: bool = False
    may_be_several: bool = True

    @property
    def is_enforced(self) -> bool:
        """Whether the model is kept to these tools and their schemas."""
        return self.is_required or self.is_strict or len(self.allowed) < len(self.tools)

    def param_of(self, tool: Tool) -> str:
        """Where the request describes an allowed tool."""
        return self.params[self.tools.index(tool)]


NO_TOOLS = ToolUse()


def read_tool_use(chat: ChatRequest) -> ToolUse:
    """What `tools` and `tool_choice` say, or the older `functions` and `function_call`.

    Raises:
        InvalidRequest: they contradict themselves.
    """
    if chat.tools and chat.functions:
        raise InvalidRequest("Give 'tools' or 'functions', not both.", param="functions")
    names_place = "function_call" if chat.functions else "tool_choice"
    choice = chat.function_call if chat.functions else chat.tool_choice
    functions = chat.functions or [tool.function for tool in chat.tools]
    if not functions and choice.is_required:
        raise InvalidRequest(
            "'tool_choice' asks for a call, but there are no 'tools'.", param="tools"
        )
    if not functions or choice.type == "none":
        return NO_TOOLS
    params = _params(functions, is_older=bool(chat.functions))
    schemas = tuple(function.as_schema() for function in functions)
    tools = tuple(map(Tool.of, schemas))
    allowed = tools if choice.names is None else _named(choice.names, tools, place=names_place)
    return ToolUse(
        schemas,
        tools,
        allowed,
        params,
        is_required=choice.is_required,
        is_strict=any(function.strict for function in functions),
        may_be_several=chat.parallel_tool_calls
        and choice.type != "function"
        and not chat.functions,
    )


def _params(functions: Sequence[FunctionDefinition], *, is_older: bool) -> tuple[str, ...]:
    """Where each function stands in the request; no two may have one name."""
    places = [
        f"functions[{number}]" if is_older else f"tools[{number}].function"
        for number in range(len(functions))
    ]
    seen: set[str] = set()
    for place, function in zip(places, functions, strict=True):
        if function.name in seen:
            raise InvalidRequest(
                f"Invalid '{place}.name': there is another tool {function.name!r}.",
                param=f"{place}.name",
            )
        seen.add(function.name)
    return tuple(places)


def _named(names: Sequence[str], tools: Sequence[Tool], *, place: str) -> tuple[Tool, ...]:
    known = {tool.name: tool for tool in tools}
    for name in names:
        if name not in known:
            raise InvalidRequest(
                f"Invalid '{place}': there is no tool {shorten(name)}. Tools: {shorten([*known])}.",
                param=place,
            )
    return tuple(known[name] for name in dict.fromkeys(names))
