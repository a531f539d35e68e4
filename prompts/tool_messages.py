"""Tool calls and their results, rewritten for chat templates that cannot take them as they are.

Thread: both; requests are rendered in the encode pool.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from prompts.family import ToolCallShape
from prompts.messages import ChatMessage, ToolCall, system_first
from prompts.tools import ToolSchema, no_parameters

SHORT_ID_LENGTH = 9
"""What Mistral's templates insist on."""

_TOOLS = """\
# Tools

You may call one or more functions to assist with the user query. Their signatures, as JSON:
{schemas}

To call a function, write this and nothing after it:
{example}"""


def calls_apart(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """One call per message, each before its result, for templates that write only one."""
    apart: list[ChatMessage] = []
    rest = list(messages)
    while rest:
        message = rest.pop(0)
        if len(message.tool_calls) < 2:
            apart.append(message)
            continue
        results = list(takewhile(lambda each: each.role == "tool", rest))
        rest = rest[len(results) :]
        for call in message.tool_calls:
            apart.append(replace(message, tool_calls=(call,)))
            apart += _taken_result(call, results)
            message = replace(message, content="", reasoning_content=None)
        apart += results
    return apart


def _taken_result(call: ToolCall, results: list[ChatMessage]) -> list[ChatMessage]:
    """The call's result, out of the list; the first without an id where no id fits."""
    for result in results:
        if result.tool_call_id in (call.id, None):
            results.remove(result)
            return [result]
    return []


def short_ids(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Ids of 9 letters and digits; the same id stays the same."""
    return [
        replace(
            message,
            tool_call_id=message.tool_call_id and _short(message.tool_call_id),
            tool_calls=tuple(
                replace(call, id=_short(call.id or str(position)))
                for position, call in enumerate(message.tool_calls)
            ),
        )
        for message in messages
    ]


def _short(call_id: str) -> str:
    if len(call_id) == SHORT_ID_LENGTH and call_id.isalnum():
        return call_id
    return hashlib.sha256(call_id.encode()).hexdigest()[:SHORT_ID_LENGTH]


def with_all_fields(tools: Sequence[ToolSchema]) -> list[ToolSchema]:
    """Tools with what OpenAI lets clients leave out and some templates read without asking."""
    return [{**tool, "function": _with_all_fields(tool["function"])} for tool in tools]


def _with_all_fields(function: object) -> object:
    if not isinstance(function, dict):
        return function
    # What is there keeps its place: a prompt that changed would miss the prefix cache.
    parameters = function.get("parameters") or {}
    missing = {key: value for key, value in no_parameters().items() if key not in parameters}
    described = function if "description" in function else {**function, "description": ""}
    return {**described, "parameters": {**parameters, **missing}}


def tools_in_system(
    messages: Sequence[ChatMessage], tools: Sequence[ToolSchema], shape: ToolCallShape
) -> list[ChatMessage]:
    """The tools in the system text, for templates that know none."""
    text = _TOOLS.format(
        schemas="\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools),
        example=shape.written([("<function-name>", "<args-json-object>")]),
    )
    return system_first([ChatMessage("system", text), *messages])


def calls_in_text(messages: Sequence[ChatMessage], shape: ToolCallShape) -> list[ChatMessage]:
    """Calls as their maker wrote them, and results as the user's words."""
    return [_as_text(message, shape) for message in messages]


def _as_text(message: ChatMessage, shape: ToolCallShape) -> ChatMessage:
    if message.role == "tool":
        content = f"<tool_response>\n{message.content}\n</tool_response>"
        return ChatMessage("user", content)
    if not message.tool_calls:
        return message
    calls = shape.written(
        (call.name, json.dumps(call.arguments, ensure_ascii=False)) for call in message.tool_calls
    )
    content = "\n".join(text for text in (message.content, calls) if text)
    return replace(message, content=content, tool_calls=())
