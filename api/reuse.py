"""What of earlier answers a request may have, by its headers, and what it got.

Thread: event loop. It is carried past the dialects by a context variable: they have no part in it.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

from aiohttp import web

from api.caller import caller_of
from api.keys import SETTINGS
from api.middleware import LOG_FIELDS, Handler
from reuse.answer_key import EVERYBODY
from reuse.answer_reuse import OpenedAnswer, ReusePolicy, Source
from settings import Settings

HEADER = "x-hearth-cache"


@dataclass(slots=True)
class RequestReuse:
    """`sources` are those of the deterministic answers that were begun. Answers are never used
    across owners.
    """

    policy: ReusePolicy = "normal"
    owner: str = EVERYBODY
    sources: set[Source] = field(default_factory=set)

    def note(self, opened: Sequence[OpenedAnswer]) -> None:
        """Take down where answers come from."""
        self.sources.update(each.source for each in opened if each.source)

    @property
    def header(self) -> Source | None:
        """The source that cost the most; None without a deterministic answer."""
        return next((each for each in ("miss", "shared", "hit") if each in self.sources), None)


_REUSE: ContextVar[RequestReuse] = ContextVar("reuse")
_OF_REQUEST: web.RequestKey[RequestReuse] = web.RequestKey("reuse", RequestReuse)


def reuse_of_request() -> RequestReuse:
    """That of the request that is being answered; what is not asked over HTTP has its own."""
    return _REUSE.get(None) or RequestReuse()


@web.middleware
async def read_cache_control(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read what the client says about caches. aiohttp runs each request in a context of its own."""
    if request.method != "POST":
        return await handler(request)
    owner = answers_owner(caller_of(request).key_name, request.app[SETTINGS])
    reuse = RequestReuse(policy=_policy(request.headers.get("Cache-Control")), owner=owner)
    request[_OF_REQUEST] = reuse
    _REUSE.set(reuse)
    response = await handler(request)
    if reuse.header:
        request[LOG_FIELDS]["cache"] = reuse.header
    return response


async def add_cache_header(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: say where a deterministic answer comes from."""
    reuse = request.get(_OF_REQUEST)
    if reuse and reuse.header:
        response.headers[HEADER] = reuse.header


def answers_owner(key_name: str, settings: Settings) -> str:
    """Whom the answers to a key's requests belong to."""
    return EVERYBODY if settings.share_across_keys else key_name


def set_owner(owner: str) -> None:
    """Of what is asked in the current task, and not over HTTP."""
    _REUSE.set(RequestReuse(owner=owner))


def _policy(cache_control: str | None) -> ReusePolicy:
    """Other directives are for the way back, or for caches that ask a server."""
    if not cache_control:
        return "normal"
    directives = {each.strip().lower() for each in cache_control.split(",")}
    if "no-store" in directives:
        return "apart"
    return "fresh" if "no-cache" in directives else "normal"
