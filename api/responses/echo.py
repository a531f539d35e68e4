"""What a response repeats of its request.

Thread: event loop.
"""

from typing import Any

from api.chat import TIERS
from api.chat_schemas import ChatRequest
from api.responses.answer_types import RequestEcho
from api.responses.schemas import ResponsesRequest
from api.responses.undone import IGNORED_TOOLS
from api.sampling import sampling_params
from served_model import ServedModel


def echo_request(
    body: dict[str, Any], request: ResponsesRequest, chat: ChatRequest, model: ServedModel
) -> RequestEcho:
    """The fields of a checked request, as it wrote them, and the values where it gave none.

    Tools that were left out are left out here too.
    """
    sampling = sampling_params(chat, model)
    return {
        "instructions": request.instructions,
        "tools": [tool for tool in body.get("tools") or [] if tool["type"] not in IGNORED_TOOLS],
        "tool_choice": body.get("tool_choice") or "auto",
        "parallel_tool_calls": request.parallel_tool_calls,
        "text": _text(body.get("text") or {}),
        "reasoning": {"effort": request.reasoning.effort, "summary": None},
        "max_output_tokens": request.max_output_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_logprobs": request.top_logprobs,
        "truncation": "disabled",
        "metadata": request.metadata,
        "user": request.user,
        "safety_identifier": request.safety_identifier,
        "prompt_cache_key": request.prompt_cache_key,
        "service_tier": TIERS[chat.priority_class],
        "store": False,
        "background": False,
        "previous_response_id": None,
    }


def _text(text: dict[str, Any]) -> dict[str, Any]:
    return {**text, "format": text.get("format") or {"type": "text"}}
