"""Connections while the server drains: none is kept.

Thread: event loop.
"""

from aiohttp import web

from api.keys import MANAGER


async def close_while_draining(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: a client, or a proxy, that kept its connection would send its next request
    into one that is closed under it."""
    if request.app[MANAGER].default.state == "draining":
        response.force_close()
        response.headers["Connection"] = "close"  # aiohttp makes this header before the signal
