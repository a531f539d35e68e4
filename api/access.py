"""Lets requests in: finds who asks, whether they may, and what they use of their limits.

Thread: event loop.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from aiohttp import web
from multidict import CIMultiDictProxy

from access.addresses import client_address, is_direct_loopback, read_network
from access.door import Door, DoorRules
from access.errors import NotAdmitted, NotAllowed, OverLimit
from access.key_file import KeyFile
from access.key_ring import KeyRing
from access.keys import DEFAULT_SCOPES, ApiKey, Scope
from access.rate_limits import Remaining
from access.stays import Stay
from access.tokens import TokenRules, read_rules
from api.caller import Caller, set_caller
from api.endpoints import Endpoint
from api.middleware import LOG_FIELDS, RESPONSE_HEADERS, Handler
from settings import Settings

DOOR: web.AppKey[Door] = web.AppKey("door", Door)
ENDPOINT_OF: web.AppKey[Mapping[tuple[str, web.AbstractResource | None], Endpoint]] = web.AppKey(
    "endpoint_of", Mapping
)
"""By method and resource. A HEAD is answered by the GET."""

AT_HOME: frozenset[Scope] = DEFAULT_SCOPES | {"admin"}
"""Of callers on this machine without a key."""

_STAY: web.RequestKey[Stay] = web.RequestKey("stay", Stay)


def open_door(settings: Settings) -> Door:
    """The door that the settings describe, with the keys of the data directory. Blocks.

    Raises:
        KeysProblem: the keys or the settings of tokens cannot be used.
    """
    ring = KeyRing(KeyFile(settings.data_dir))
    ring.load()
    rules = DoorRules(
        requires_key=settings.requires_key,
        trusts_loopback=settings.require_key != "always",
        trusted_proxies=tuple(map(read_network, settings.trusted_proxies)),
        tokens=read_token_rules(settings),
    )
    return Door(ring, rules)


def read_token_rules(settings: Settings) -> TokenRules | None:
    """With the key that is in the file now; None where tokens are not taken. Blocks.

    Raises:
        KeysProblem: the file or what is in it cannot be used.
    """
    if settings.jwt_key_file is None:
        return None
    return read_rules(
        settings.jwt_key_file,
        settings.jwt_algorithm,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )


async def watch_keys(app: web.Application) -> AsyncIterator[None]:
    """Clean-up context of the application."""
    watching = asyncio.create_task(app[DOOR].watch(), name="watch keys")
    yield
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


@web.middleware
async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer those who may come in."""
    door = request.app[DOOR]
    address = client_address(
        request.remote or "",
        request.headers.getall("X-Forwarded-For", ()),
        door.rules.trusted_proxies,
    )
    set_caller(request, Caller(address))
    endpoint = _endpoint_of(request)
    if endpoint and endpoint.is_public:
        return await handler(request)
    key = _find_key(request, door, endpoint.scope if endpoint else None, address)
    if key is None:
        return await handler(request)
    with _until_over(request, door, key), _counted(request, door, key):
        return await handler(request)


def until_key_ends(request: web.Request) -> AbstractContextManager[None]:
    """A block that raises an AccessError when the request's key is revoked or expires meanwhile."""
    stay = request.get(_STAY)
    return stay or nullcontext()


def read_credentials(headers: CIMultiDictProxy[str]) -> list[str]:
    """Every API key or token that was sent, as OpenAI's and as Anthropic's clients send them. An
    Authorization of another scheme is none of ours: it may be for a proxy on the way."""
    found = [*headers.getall("x-api-key", ())]
    for value in headers.getall("Authorization", ()):
        scheme, _, secret = value.partition(" ")
        if scheme.lower() == "bearer":
            found.append(secret.strip())
    return [each for each in found if each]


def _find_key(request: web.Request, door: Door, scope: Scope | None, address: str) -> ApiKey | None:
    """The key that lets the request in; None where it needs none.

    Raises:
        NotAdmitted, NotAllowed: it may not come in.
    """
    credentials = read_credentials(request.headers)
    if scope == "admin" and not credentials and _is_at_home(request, door):
        key = None
    else:
        key = door.find_key(credentials)
    if key:
        caller = Caller(address, key.name, key.scopes)
    else:
        caller = Caller(address, scopes=AT_HOME if _is_at_home(request, door) else DEFAULT_SCOPES)
    set_caller(request, caller)
    require_scope(request, caller, scope)
    return key


def _is_at_home(request: web.Request, door: Door) -> bool:
    """Whether it comes from this machine, where that counts for something."""
    return door.rules.trusts_loopback and is_direct_loopback(
        request.remote or "", request.headers, door.rules.trusted_proxies
    )


def require_scope(request: web.Request, caller: Caller, scope: Scope | None) -> None:
    """Refuse a caller that lacks a scope.

    Raises:
        NotAllowed: its key lacks it.
        NotAdmitted: it has no key, and needs one for this.
    """
    if scope is None or scope in caller.scopes:
        return
    what = f"{request.method} on this path needs the scope {scope!r}"
    if caller.key_name:
        raise NotAllowed(
            f"The key {caller.key_name!r} lacks a scope: {what}. `./run.sh keys change` gives it."
        )
    raise NotAdmitted(f"{what}: send an API key that has it.")


def _endpoint_of(request: web.Request) -> Endpoint | None:
    """None of a path or a method that there is not."""
    method = "GET" if request.method == "HEAD" else request.method
    return request.app[ENDPOINT_OF].get((method, request.match_info.route.resource))


def endpoints_by_route(
    routes: Iterable[web.AbstractRoute], endpoints: Iterable[Endpoint]
) -> dict[tuple[str, web.AbstractResource | None], Endpoint]:
    """What ENDPOINT_OF holds, of routes in the order of their endpoints."""
    pairs = zip(routes, endpoints, strict=True)
    return {(endpoint.method, route.resource): endpoint for route, endpoint in pairs}


@contextmanager
def _until_over(request: web.Request, door: Door, key: ApiKey) -> Iterator[None]:
    stay = request[_STAY] = door.stays.begin(key)
    try:
        with stay:
            yield
    except NotAdmitted:
        # Behind the head of a response an error would look like a part of it.
        if request.writer.output_size and request.transport:
            request.transport.abort()
        raise
    finally:
        door.stays.over(stay)


@contextmanager
def _counted(request: web.Request, door: Door, key: ApiKey) -> Iterator[None]:
    """POST is what makes work; to look how far it is costs nothing."""
    if request.method != "POST":
        yield
        return
    try:
        with door.limits.counted(key):
            request[RESPONSE_HEADERS].update(_rate_headers(door.limits.remaining(key)))
            yield
    except OverLimit:
        request[RESPONSE_HEADERS].update(_rate_headers(door.limits.remaining(key)))
        raise
    finally:
        fields = request[LOG_FIELDS]
        counts = (fields.get("prompt_tokens"), fields.get("completion_tokens"))
        door.limits.use_tokens(key, sum(each for each in counts if isinstance(each, int)))


def _rate_headers(remaining: Mapping[str, Remaining]) -> dict[str, str]:
    """As OpenAI sends them."""
    headers = {}
    for what, left in remaining.items():
        headers[f"x-ratelimit-limit-{what}"] = str(left.limit)
        headers[f"x-ratelimit-remaining-{what}"] = str(left.remaining)
        minutes, seconds = divmod(math.ceil(left.reset_seconds), 60)
        headers[f"x-ratelimit-reset-{what}"] = f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
    return headers
