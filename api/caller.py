"""Who asks: what a request's way into the server found out about its sender.

Thread: event loop.
"""

from dataclasses import dataclass

from aiohttp import web

from access.keys import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """`key_name` is empty where the caller came without an API key, and needed none."""

    address: str
    key_name: str = ""
    scopes: frozenset[Scope] = frozenset()

    @property
    def client(self) -> str:
        """Whose share the request counts against: its key's, or its address's."""
        return f"key {self.key_name}" if self.key_name else self.address

    @property
    def sees_all(self) -> bool:
        """Whether files and batches of other keys are its business too."""
        return "admin" in self.scopes

    @property
    def seen_owner(self) -> str | None:
        """Whose files and batches it sees; None is everybody's."""
        return None if self.sees_all else self.key_name


_CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)


def caller_of(request: web.Request) -> Caller:
    """The one that was set, or else the other end of the connection."""
    caller: Caller | None = request.get(_CALLER)
    return caller or Caller(request.remote or "")


def set_caller(request: web.Request, caller: Caller) -> None:
    """For the middleware that lets requests in."""
    request[_CALLER] = caller
