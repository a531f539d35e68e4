"""GET /openapi.json and GET /docs: what this API is, for programs and for people.

Thread: event loop.
"""

import asyncio
from pathlib import Path

from aiohttp import web

from api.keys import ENDPOINTS
from api.openapi.document import document_json

PAGE = (Path(__file__).parent.parent / "openapi" / "page.html").read_bytes()
CONTENT_SECURITY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
"""The page needs nothing from elsewhere, so nothing may be had from there."""


async def show_openapi(request: web.Request) -> web.Response:
    """This API as an OpenAPI 3.1 document."""
    # Made once, which takes longer than the event loop has.
    document = await asyncio.to_thread(document_json, request.app[ENDPOINTS])
    return web.Response(body=document, content_type="application/json")


async def show_docs(request: web.Request) -> web.Response:
    """This API as a page to browse; it works without the internet."""
    headers = {"Content-Security-Policy": CONTENT_SECURITY}
    return web.Response(body=PAGE, content_type="text/html", charset="utf-8", headers=headers)
