"""GET /admin/keys: who may come in, and what is left of their limits.

Thread: event loop.
"""

from aiohttp import web
from typing_extensions import TypedDict

from access.door import Door
from access.keys import SCOPES, ApiKey, Scope
from api.access import DOOR
from api.json_body import json_response


class KeyLimit(TypedDict):
    """A limit in a minute, and what is left of it."""

    limit: int
    remaining: int


class KeyObject(TypedDict):
    """A key without its secret. Limits that it does not have are not there; `running` are its
    requests, `expires_at` is in seconds since 1970."""

    name: str
    scopes: list[Scope]
    created_at: int
    expires_at: int | None
    running: int
    max_concurrent: int | None
    per_minute: dict[str, KeyLimit]


class KeyList(TypedDict):
    """All keys."""

    data: list[KeyObject]


async def list_keys(request: web.Request) -> web.Response:
    """API keys, and what they may and do use. `./run.sh keys` changes them."""
    door = request.app[DOOR]
    keys: KeyList = {"data": [_key_object(door, key) for key in door.keys]}
    return json_response(keys)


def _key_object(door: Door, key: ApiKey) -> KeyObject:
    return {
        "name": key.name,
        "scopes": [scope for scope in SCOPES if scope in key.scopes],
        "created_at": key.created_unix,
        "expires_at": key.expires_unix,
        "running": door.limits.num_running(key),
        "max_concurrent": key.limits.max_concurrent,
        "per_minute": {
            what: {"limit": left.limit, "remaining": left.remaining}
            for what, left in door.limits.remaining(key).items()
        },
    }
