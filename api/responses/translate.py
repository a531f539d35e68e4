"""A Responses request as the chat request that means the same.

Thread: event loop.
"""

from dataclasses import dataclass
from typing import Any

from api.chat_schemas import ChatRequest
from api.errors import InvalidRequest
from api.generation_schemas import GenerationRequest
from api.responses.messages import read_conversation
from api.responses.places import named_as_sent
from api.responses.schemas import (
    LOGPROBS,
    ConversationRequest,
    InputTokensRequest,
    ResponsesRequest,
)
from api.responses.tools import ToolBook, read_tools


@dataclass(frozen=True, slots=True)
class Translated:
    """`places` is where the parts of the chat request came from: see places.py."""

    chat: ChatRequest
    tools: ToolBook
    places: dict[str, str]


def translate(request: ResponsesRequest) -> Translated:
    """The chat request that a Responses request comes down to.

    Raises:
        InvalidRequest: it asks for what is not served, or contradicts itself.
    """
    if request.top_logprobs and not request.has_logprobs:
        raise InvalidRequest(
            f"'top_logprobs' needs {LOGPROBS!r} in 'include'.", param="top_logprobs"
        )
    generation = {name: getattr(request, name) for name in GenerationRequest.model_fields}
    logprobs = {"logprobs": request.has_logprobs, "top_logprobs": request.top_logprobs}
    limit = {"max_completion_tokens": request.max_output_tokens}
    return _translated(request, generation | logprobs | limit)


def translate_prompt(request: InputTokensRequest) -> Translated:
    """A chat request that has the same prompt.

    Raises:
        InvalidRequest: it asks for what is not served, or contradicts itself.
    """
    return _translated(request, {"model": request.model})


def _translated(request: ConversationRequest, generation: dict[str, Any]) -> Translated:
    tools = read_tools(request)
    conversation = read_conversation(request.instructions, request.input)
    places = conversation.places | tools.places
    body = {
        **generation,
        "messages": conversation.messages,
        "reasoning_effort": request.reasoning.effort,
        "enable_thinking": request.enable_thinking,
        "chat_template_kwargs": request.chat_template_kwargs,
        "tools": [tool.as_function() for tool in tools.tools],
        "tool_choice": tools.choice(request.tool_choice),
        "parallel_tool_calls": request.parallel_tool_calls,
        "response_format": _response_format(request),
    }
    with named_as_sent(places):
        return Translated(ChatRequest.from_body(body), tools, places)


def _response_format(request: ConversationRequest) -> dict[str, Any]:
    wanted = request.text.format
    if wanted.type == "json_schema":
        return {"type": "json_schema", "json_schema": {"schema": wanted.schema_}}
    return {"type": wanted.type}
