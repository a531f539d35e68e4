"""Errors as Anthropic's clients know them.

Thread: event loop.
"""

from api.anthropic.answer_types import AnthropicError, AnthropicErrorKind
from api.errors import ApiError

OVERLOADED = 529
"""Anthropic's status for what is 503 elsewhere."""

KINDS: dict[int, AnthropicErrorKind] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    OVERLOADED: "overloaded_error",
}


def anthropic_error(error: ApiError, request_id: str) -> tuple[int, AnthropicError]:
    """Status and body. Which field is wrong is in the message only."""
    status = OVERLOADED if error.kind.status == 503 else error.kind.status
    kind = KINDS.get(status, "invalid_request_error" if status < 500 else "api_error")
    return status, {
        "type": "error",
        "error": {"type": kind, "message": error.message},
        "request_id": request_id,
    }
