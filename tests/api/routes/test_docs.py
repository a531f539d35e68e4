"""GET /openapi.json and /docs."""

import re

from api.openapi.document import make_document
from api.route_table import ROUTES
from tests.api.conftest import Api


async def test_the_document_is_served_as_it_is_made(api: Api) -> None:
    reply = await api.get("/openapi.json")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json == make_document(ROUTES)


async def test_the_page_asks_nothing_of_other_servers(api: Api) -> None:
    reply = await api.get("/docs")
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "openapi.json" in reply.body.decode()
    assert "//" not in re.sub(r"^\s*//.*", "", reply.body.decode(), flags=re.MULTILINE)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
