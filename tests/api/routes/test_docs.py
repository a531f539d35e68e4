"""GET /openapi.json."""

from api.app import ROUTES
from api.openapi.document import make_document
from tests.api.conftest import Api


async def test_the_document_is_served_as_it_is_made(api: Api) -> None:
    reply = await api.get("/openapi.json")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json == make_document(ROUTES)
