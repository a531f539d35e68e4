"""Which names this server may be called by.

Thread: event loop.

A page of evil.example may have its own name resolve to this machine, and is then same-origin with
this server (DNS rebinding). Its requests still say whom they were meant for, in their Host.
"""

import ipaddress
import re
from collections.abc import Iterable

from aiohttp import web

from api.errors import INVALID, ApiError, ErrorKind, InvalidRequest, shorten
from network.addresses import own_names

ANY = "*"
NAME_AND_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/\\?#\s]+)(?::(\d{1,5}))?", re.IGNORECASE)

NOT_ALLOWED = ErrorKind(403, INVALID, "host_not_allowed", "Host")


class HostCheck:
    """Knows the names: addresses, localhost, the machine's own, and those that were allowed.

    An address cannot be rebound: nobody asks the name service for it.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._names = own_names() | {name.lower().rstrip(".") for name in allowed}

    def check(self, request: web.Request) -> None:
        """Refuse a request that was meant for somebody else.

        Raises:
            ApiError: its name is not allowed.
            InvalidRequest: it says several, or none although its version of HTTP needs one.
        """
        hosts = request.headers.getall("Host", [])
        if len(hosts) > 1:
            raise InvalidRequest(
                f"The request has {len(hosts)} Host headers; send one.", param="Host"
            )
        if not hosts and request.version >= (1, 1):
            raise InvalidRequest("The request has no Host header.", param="Host")
        if not request.raw_path.startswith(("/", "*")):  # as for a proxy; it wins over Host
            hosts.append(request.host)
        for host in hosts:
            if not self.is_allowed(host):
                raise ApiError(_why_not(host), NOT_ALLOWED)

    def is_allowed(self, host: str) -> bool:
        """Whether a Host header names this server."""
        found = NAME_AND_PORT.fullmatch(host)
        if not found:
            return False
        name = found[1].lower().removesuffix(".")
        if _is_address(name) or name == "localhost" or name.endswith(".localhost"):
            return True
        return ANY in self._names or name in self._names


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name[1:-1] if name[:1] == "[" else name)
    except ValueError:
        return False
    return True


def _why_not(host: str) -> str:
    return (
        f"Host {shorten(host)} is no name of this server. Use its address or localhost, or allow "
        "the name with --allowed-hosts."
    )
