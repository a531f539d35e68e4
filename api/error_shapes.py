"""Which dialect's clients asked, and how an error looks to them.

Thread: event loop.
"""

from collections.abc import Callable, Mapping
from typing import Any

from api.errors import ApiError

ErrorShape = Callable[[ApiError, str], tuple[int, dict[str, Any]]]
"""Status and body of an error, given the request's id."""


def openai_error(error: ApiError, request_id: str) -> tuple[int, dict[str, Any]]:
    """OpenAI's clients have the id from the header."""
    return error.kind.status, error.body()


def ollama_error(error: ApiError, request_id: str) -> tuple[int, dict[str, Any]]:
    """Ollama's clients know a text and the status."""
    return error.kind.status, {"error": error.message}


ERROR_SHAPES: Mapping[str, ErrorShape] = {"/": openai_error, "/api/": ollama_error}
"""By how the path begins; the longest decides."""


def shape_error(error: ApiError, *, path: str, request_id: str) -> tuple[int, dict[str, Any]]:
    """Status and body, as the clients of this path know them."""
    starts = [start for start in ERROR_SHAPES if path.startswith(start)]
    shape = ERROR_SHAPES[max(starts, key=len)] if starts else openai_error
    return shape(error, request_id)
