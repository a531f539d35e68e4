"""A Messages request as the chat request that means the same, and its faults in the client's words.

Thread: event loop.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.anthropic.conversation import as_chat
from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.anthropic.tools import as_tool_choice, shown_tools
from api.anthropic.undone import refuse_unreadable
from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest
from prompts.errors import PromptTooLong

TOOL_PLACE = re.compile(r"tools\[(\d+)\](?:\.function)?(\.parameters)?(.*)")


def as_chat_request(asked: CountTokensRequest) -> ChatRequest:
    """The request as the shared core takes it.

    Raises:
        InvalidRequest: something in it is not served, or beyond a limit.
    """
    refuse_unreadable(asked)
    if asked.output_format and asked.output_config.format:
        raise InvalidRequest(
            "Give 'output_config.format' or 'output_format', not both.", param="output_format"
        )
    with own_words(asked):
        return ChatRequest.from_body(
            {
                "model": asked.model,
                "messages": as_chat(asked),
                **_tool_fields(asked),
                **_thinking_fields(asked),
                **_format_fields(asked),
                **_answer_fields(asked),
            }
        )


@contextmanager
def own_words(asked: CountTokensRequest) -> Iterator[None]:
    """Faults that the shared core finds name the fields of the Messages API.

    NOTE: Claude Code knows a prompt that is too long by this wording, and shortens it.
    """
    try:
        yield
    except InvalidRequest as error:
        param = error.kind.param
        if param is None:
            raise
        own = _own_param(param, asked)
        message = error.message.replace(f"'{param}'", f"'{own}'")
        raise InvalidRequest(message, param=own, code=error.kind.code) from None
    except PromptTooLong as error:
        raise InvalidRequest(
            f"prompt is too long: {error.num_tokens} tokens > {error.limit} maximum",
            param="messages",
            code="context_length_exceeded",
        ) from None


def _own_param(param: str, asked: CountTokensRequest) -> str:
    if param.partition("[")[0] == "stop":
        return param.replace("stop", "stop_sequences", 1)
    if param == "response_format":
        return asked.format_param
    if place := TOOL_PLACE.fullmatch(param):
        number, is_schema, rest = place.groups()
        index, _ = shown_tools(asked)[int(number)]
        return f"tools[{index}]{'.input_schema' if is_schema else ''}{rest}"
    return param


def _tool_fields(asked: CountTokensRequest) -> dict[str, Any]:
    functions = [
        {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.input_schema,
            "strict": tool.strict,
        }
        for _, tool in shown_tools(asked)
    ]
    return {
        "tools": [{"type": "function", "function": function} for function in functions],
        "tool_choice": as_tool_choice(asked.tool_choice),
        "parallel_tool_calls": not asked.tool_choice.disable_parallel_tool_use,
    }


def _thinking_fields(asked: CountTokensRequest) -> dict[str, Any]:
    """Without a word about thinking or effort, the model does as it likes."""
    if asked.thinking and not asked.thinking.is_on:
        return {"reasoning_effort": "none"}
    return {
        "reasoning_effort": asked.effort,
        "enable_thinking": True if asked.thinking else None,
    }


def _format_fields(asked: CountTokensRequest) -> dict[str, Any]:
    output = asked.output_format or asked.output_config.format
    if output is None:
        return {}
    schema = {"schema": output.schema_}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _answer_fields(asked: CountTokensRequest) -> dict[str, Any]:
    """How to answer. A last message of the assistant would be for the model to go on with."""
    if not isinstance(asked, MessagesRequest):
        return {}
    if asked.messages[-1].role == "assistant":
        raise InvalidRequest(
            "Invalid 'messages': the last one is the assistant's, and going on with it is not "
            "supported; end with a message of role 'user'.",
            param="messages",
        )
    return {
        "max_tokens": asked.max_tokens,
        "stream": asked.stream,
        "stop": asked.stop_sequences,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "top_k": asked.top_k,
    }
