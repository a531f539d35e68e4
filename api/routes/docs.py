"""GET /openapi.json: what this API is.

Thread: event loop.
"""

import asyncio

from aiohttp import web

from api.keys import ENDPOINTS
from api.openapi.document import document_json


async def show_openapi(request: web.Request) -> web.Response:
    """This API as an OpenAPI 3.1 document."""
    # Made once, which takes longer than the event loop has.
    document = await asyncio.to_thread(document_json, request.app[ENDPOINTS])
    return web.Response(body=document, content_type="application/json")
