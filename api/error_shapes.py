"""Which dialect's clients asked, and how an error looks to them.

Thread: event loop.
"""

from collections.abc import Callable, Mapping
from typing import get_args, get_type_hints

from api.anthropic.errors import anthropic_error
from api.errors import ApiError, ErrorBody
from api.ollama.answer_types import ErrorBody as OllamaError

ErrorShape = Callable[[ApiError, str], tuple[int, Mapping[str, object]]]
"""Status and body of an error, given the request's id."""


def openai_error(error: ApiError, request_id: str) -> tuple[int, ErrorBody]:
    """OpenAI's clients have the id from the header."""
    return error.kind.status, error.body()


def ollama_error(error: ApiError, request_id: str) -> tuple[int, OllamaError]:
    """Ollama's clients know a text and the status."""
    return error.kind.status, {"error": error.message}


ERROR_SHAPES: Mapping[str, ErrorShape] = {
    "/": openai_error,
    "/v1/messages": anthropic_error,
    "/api/": ollama_error,
}
"""By how the path begins; the longest decides."""


def shape_error(error: ApiError, *, path: str, request_id: str) -> tuple[int, Mapping[str, object]]:
    """Status and body, as the clients of this path know them."""
    return _shape_of(path)(error, request_id)


def error_type(path: str) -> object:
    """The type of the errors' bodies under this path."""
    _, body = get_args(get_type_hints(_shape_of(path))["return"])
    return body


def _shape_of(path: str) -> ErrorShape:
    starts = [start for start in ERROR_SHAPES if path.startswith(start)]
    return ERROR_SHAPES[max(starts, key=len)] if starts else openai_error
