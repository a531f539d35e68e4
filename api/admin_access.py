"""Who may change the running server.

Thread: event loop.
"""

from ipaddress import ip_address

from aiohttp import web

from api.errors import ApiError, ErrorKind

FORWARDING_HEADERS = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
"""A proxy on this machine makes everybody's requests look local; it says so by these."""


def require_admin(request: web.Request) -> None:
    """Let in whoever is on this machine.

    Raises:
        ApiError: the request comes from elsewhere, or through a proxy.
    """
    address = request.remote or ""
    has_come_directly = not any(name in request.headers for name in FORWARDING_HEADERS)
    if has_come_directly and address and ip_address(address.partition("%")[0]).is_loopback:
        return
    raise ApiError(
        "This path is only for the server's own machine: ask 127.0.0.1, not through a proxy.",
        ErrorKind(403, "permission_error", "admin_only"),
    )
