"""Which tools of a Messages request the model is shown, and how it may use them.

Thread: event loop.
"""

from collections.abc import Sequence

from api.anthropic.block_schemas import (
    ToolChangeBlockParam,
    ToolReferenceBlockParam,
    ToolResultBlockParam,
)
from api.anthropic.request_schemas import (
    CountTokensRequest,
    MessageParam,
    ToolChoiceParam,
    ToolParam,
)
from api.tool_schemas import FunctionName, ToolChoice


def shown_tools(asked: CountTokensRequest) -> list[tuple[int, ToolParam]]:
    """The tools that may be called by now, with their places in the request.

    A deferred tool may be called once a tool's result or a message of role system names it. It
    comes after the others, in the order of these names, so that the prompt changes late.
    """
    changes = _changes(asked.messages)
    order = {name: number for number, name in enumerate(changes, start=1)}
    shown = [
        (index, tool)
        for index, tool in enumerate(asked.tools)
        if changes.get(tool.name, not tool.defer_loading)
    ]
    return sorted(shown, key=lambda each: order.get(each[1].name, 0))


def as_tool_choice(choice: ToolChoiceParam) -> ToolChoice:
    """The same choice in OpenAI's words."""
    match choice.type:
        case "tool":
            name = FunctionName(name=choice.name or "")
            return ToolChoice(type="function", function=name)
        case "any":
            return ToolChoice(type="required")
        case "none" | "auto":
            return ToolChoice(type=choice.type)


def _changes(messages: Sequence[MessageParam]) -> dict[str, bool]:
    """Whether each tool that messages name may be called in the end."""
    changes: dict[str, bool] = {}
    for message in messages:
        for block in message.content:
            if isinstance(block, ToolChangeBlockParam):
                changes[block.tool.name] = block.type == "tool_addition"
            elif isinstance(block, ToolResultBlockParam):
                for each in block.content:
                    if isinstance(each, ToolReferenceBlockParam):
                        changes[each.tool_name] = True
    return changes
