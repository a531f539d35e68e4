"""Where the parts of a translated request were in the request that the client sent.

Thread: event loop.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from api.errors import ApiError, as_api_error
from prompts.errors import PromptError

FIELDS: Mapping[str, str] = {
    "messages": "input",
    "response_format": "text.format",
    "max_completion_tokens": "max_output_tokens",
    "reasoning_effort": "reasoning.effort",
}
"""What the fields of a chat are called here, where the names differ."""


@contextmanager
def named_as_sent(places: Mapping[str, str]) -> Iterator[None]:
    """Errors that name a field of the chat name the field that it came from; longest first."""
    try:
        yield
    except (ApiError, PromptError) as error:
        raise _renamed(as_api_error(error), {**FIELDS, **places}) from error


def _renamed(error: ApiError, places: Mapping[str, str]) -> ApiError:
    param = error.kind.param
    found = [place for place in places if _is_within(param or "", place)]
    if param is None or not found:
        return error
    place = max(found, key=len)
    name = places[place] + param.removeprefix(place)
    message = error.message.replace(f"'{param}'", f"'{name}'")
    return ApiError(message, replace(error.kind, param=name), headers=error.headers)


def _is_within(param: str, place: str) -> bool:
    return param == place or param.startswith((f"{place}.", f"{place}["))
