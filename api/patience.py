"""How long a client waits, as its headers say, and what it is told about its wait.

Thread: event loop.
"""

import math

from aiohttp import web

from api.errors import InvalidRequest, shorten
from api.keys import SETTINGS
from api.middleware import ARRIVED_SECONDS
from batching.stream import QueuePlace
from batching.time_limits import TimeLimits

TIMEOUT_HEADER = "x-request-timeout"

CLIENT_TIMEOUT_HEADERS = ("x-stainless-read-timeout", "x-stainless-timeout")
"""Seconds for which OpenAI's and Anthropic's clients wait for the first byte, then between bytes.
Source: openai/_base_client.py, anthropic/_base_client.py; the JavaScript clients send the second.
"""


def read_time_limits(request: web.Request) -> TimeLimits:
    """Of a request: the server's limit, or the request's own if that is less.

    Raises:
        InvalidRequest: the header is no number of seconds.
    """
    limits = (request.app[SETTINGS].request_timeout_seconds, _asked_timeout(request))
    return TimeLimits(
        patience_seconds=_client_timeout(request),
        total_seconds=min((each for each in limits if each is not None), default=None),
        arrived_seconds=request[ARRIVED_SECONDS],
    )


def wait_headers(place: QueuePlace) -> dict[str, str]:
    """What the response says about the wait."""
    return {
        "x-queue-position": str(place.position),
        "x-queue-expected-seconds": str(round(place.expected_seconds, 1)),
    }


def wait_log_fields(place: QueuePlace) -> dict[str, object]:
    """What the log line says about it."""
    return {
        "queue_position": place.position,
        "queue_expected_seconds": round(place.expected_seconds, 1),
    }


def _asked_timeout(request: web.Request) -> float | None:
    text = request.headers.get(TIMEOUT_HEADER)
    if text is None:
        return None
    seconds = _positive_seconds(text)
    if seconds is None:
        raise InvalidRequest(
            f"Invalid header '{TIMEOUT_HEADER}': allowed is a number of seconds above 0, such as "
            f"30 or 2.5, but got {shorten(text)}.",
            param=TIMEOUT_HEADER,
        )
    return seconds


def _client_timeout(request: web.Request) -> float | None:
    """None where the client says nothing, or nothing that can be read: it says `None` too."""
    for name in CLIENT_TIMEOUT_HEADERS:
        seconds = _positive_seconds(request.headers.get(name, ""))
        if seconds is not None:
            return seconds
    return None


def _positive_seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
