"""The document as it is served, and a check of values against its schemas."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.openapi.document import make_document
from api.route_table import ROUTES

Json = dict[str, Any]


@pytest.fixture(scope="session")
def document() -> Json:
    return make_document(ROUTES)


class Checker:
    """Checks values against the document. Keys that it does not know are wrong here."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def check(self, value: object, schema: Json) -> None:
        """Raise jsonschema's ValidationError unless the value fits."""
        whole = {**schema, "components": self._document["components"]}
        Draft202012Validator(_closed(whole)).validate(value)

    def answer(self, method: str, path: str, status: int, media: str = "application/json") -> Json:
        """What the document says about an answer: its media type's object."""
        responses = self._document["paths"][path][method.lower()]["responses"]
        content: Json = responses[str(status)]["content"][media]
        return content


def _closed(schema: Any) -> Any:
    """The same, in which objects with named keys have no others."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.fixture
def checker(document: Json) -> Checker:
    return Checker(document)
