"""Which web pages may use this server, and how browsers are told.

Thread: event loop.
Source: https://fetch.spec.whatwg.org/#http-cors-protocol

Every page that somebody opens could otherwise ask this server, from inside the network and past
its firewall. Browsers say which page asks; other programs say nothing, and are not concerned.
"""

from collections.abc import Iterable

from aiohttp import web

from api.errors import INVALID, ApiError, ErrorKind, shorten
from api.host_check import ANY, HostCheck
from api.middleware import RESPONSE_HEADERS, Handler

METHODS = "GET, POST, PUT, DELETE"
PREFLIGHT_SECONDS = 600
DEFAULT_PORTS = {"http": 80, "https": 443}

NOT_ALLOWED = ErrorKind(403, INVALID, "origin_not_allowed", "Origin")


class SenderCheck:
    """Refuses requests under another server's name, and those of pages that may not ask."""

    def __init__(self, *, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self._hosts = HostCheck(hosts)
        self._origins = {origin.lower().rstrip("/") for origin in origins}

    @web.middleware
    async def let_pass(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The middleware: before everything that costs, and before anybody looks for a key."""
        self._hosts.check(request)
        origin = self._check_origin(request)
        if origin is None:
            return await handler(request)
        request[RESPONSE_HEADERS].update(cors_headers(origin))
        if is_preflight(request):
            # Browsers send no key with it, and it asks for nothing but this.
            return web.Response(status=204, headers=preflight_headers(request))
        return await handler(request)

    def _check_origin(self, request: web.Request) -> str | None:
        """The origin of a page that was allowed by name; None for everybody else who may ask.

        Raises:
            ApiError: the page may not ask.
        """
        origins = request.headers.getall("Origin", [])
        if not origins:
            self._check_embedding(request)
            return None
        origin = origins[0]
        if len(origins) == 1 and self._is_listed(origin):
            return origin
        if len(origins) == 1 and _is_same(origin, request.headers.get("Host", "")):
            return None
        raise _refusal(origin)

    def _check_embedding(self, request: web.Request) -> None:
        """A page can ask without an Origin, as for an image. Following a link is no harm."""
        site = request.headers.get("Sec-Fetch-Site", "none")
        is_link = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
        if site not in ("none", "same-origin") and not is_link and ANY not in self._origins:
            raise _refusal(f"({site})")

    def _is_listed(self, origin: str) -> bool:
        return ANY in self._origins or origin.lower() in self._origins


def is_preflight(request: web.Request) -> bool:
    """Whether a browser asks what it may ask."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def cors_headers(origin: str) -> dict[str, str]:
    """What lets a page read the response, with all of its headers."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "*",
        "Vary": "Origin",
    }


def preflight_headers(request: web.Request) -> dict[str, str]:
    """What lets a page send a request, with the headers it asks for."""
    headers = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    # NOTE: not "*", which would leave out Authorization.
    if asked := request.headers.get("Access-Control-Request-Headers"):
        headers["Access-Control-Allow-Headers"] = asked
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return headers


def _is_same(origin: str, host: str) -> bool:
    """Whether the page came from this server. The scheme is a proxy's where there is one."""
    scheme, _, place = origin.lower().partition("://")
    if scheme not in DEFAULT_PORTS or not place:
        return False
    default = f":{DEFAULT_PORTS[scheme]}"
    return place.removesuffix(default) == host.lower().removesuffix(default)


def _refusal(origin: str) -> ApiError:
    return ApiError(
        f"Pages of origin {shorten(origin)} may not use this server. Allow them with "
        "--allowed-origins.",
        NOT_ALLOWED,
    )
