"""What is counted of every HTTP request, whatever it asks for.

Thread: event loop.
"""

from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from access.tokens import TOKEN_NAME
from api.caller import caller_of
from api.middleware import CLIENT_LEFT, LOG_FIELDS, Handler

ALL_TOKENS = TOKEN_NAME.format("")
OTHER = "other"
"""The route and the method of what no route takes: clients choose neither label."""


@dataclass(frozen=True, slots=True)
class RequestEnd:
    """How one request ended; `route` is the pattern, `code` the error's, or empty."""

    method: str
    route: str
    status: int
    code: str


@dataclass(slots=True)
class RequestCounts:
    """Requests that have ended, and by API key their tokens. The key of those without one is
    empty."""

    ends: Counter[RequestEnd] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    prompt_tokens: Counter[str] = field(default_factory=Counter)
    cached_tokens: Counter[str] = field(default_factory=Counter)
    completion_tokens: Counter[str] = field(default_factory=Counter)

    def note(self, request: web.Request, status: int) -> None:
        """Count a request by what its handler has said about it in LOG_FIELDS."""
        fields = request[LOG_FIELDS]
        status, code = _number(fields, "status", status), fields.get("error")
        method, route = _route_of(request)
        self.ends[RequestEnd(method, route, status, str(code or ""))] += 1
        key = _label_of(caller_of(request).key_name)
        self.requests[key] += 1
        if "prompt_tokens" in fields:
            self.prompt_tokens[key] += _number(fields, "prompt_tokens")
            self.cached_tokens[key] += _number(fields, "cached_tokens")
            self.completion_tokens[key] += _number(fields, "completion_tokens")


REQUEST_COUNTS: web.AppKey[RequestCounts] = web.AppKey("request_counts", RequestCounts)


@web.middleware
async def count_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stands right behind the one that writes the log line, and counts what that one tells."""
    status = CLIENT_LEFT
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        request.app[REQUEST_COUNTS].note(request, status)


def _label_of(key_name: str) -> str:
    """All signed tokens are one: their names are made elsewhere, without end."""
    return ALL_TOKENS if key_name.startswith(ALL_TOKENS) else key_name


def _route_of(request: web.Request) -> tuple[str, str]:
    route = request.match_info.route
    if route.resource is None:
        return OTHER, OTHER
    return route.method, route.resource.canonical


def _number(fields: dict[str, object], name: str, default: int = 0) -> int:
    value = fields.get(name, default)
    return value if isinstance(value, int) else default
