"""Who may use what is under /admin/.

Thread: event loop.
"""

from aiohttp import web

from api.access import require_scope
from api.caller import caller_of


def require_admin(request: web.Request) -> None:
    """Refuse everybody but keys with the scope admin, and callers on this machine without a key.

    Raises:
        NotAdmitted, NotAllowed
    """
    require_scope(request, caller_of(request), "admin")
