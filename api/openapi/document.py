"""The OpenAPI document, from the same endpoints and types that serve.

Thread: a worker of asyncio's pool, once.
"""

import inspect
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from http import HTTPStatus

import orjson

from api.endpoints import EVENT_STREAM, JSON, Endpoint
from api.error_shapes import error_type, shape_error
from api.errors import INVALID, ApiError, ErrorKind
from api.openapi.schemas import Json, Schemas
from settings import read_version

ABOUT = """\
A local LLM server on MLX. Clients of OpenAI work with the base URL `/v1`.

In requests, `null` counts as left out, types are strict, and unknown fields are ignored.
A field that would change the answer and is not supported is refused with 400.
Answers may get new keys at any time."""

HEADERS: Json = {
    "x-request-id": {
        "description": "The request's id; the log has the same one.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "When to come back, in seconds.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}

ANYWHERE = (400, 417, 500)
WITH_MODEL = (404,)
WITH_BODY = (408, 413, 415, 429, 503)
LATER = (429, 503)
"""Statuses of errors that an endpoint may answer with, before its dialect changes them."""

ERRORS = {
    400: "The request is wrong; `param` names the field where there is one.",
    404: "There is no such model.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body is compressed.",
    417: "The `Expect` header cannot be met.",
    429: "The queue is full.",
    500: "The model failed on this request, or the server made a mistake.",
    503: "The model loads, drains or is gone.",
}


@cache
def document_json(endpoints: tuple[Endpoint, ...]) -> bytes:
    """The document as it is served."""
    return orjson.dumps(make_document(endpoints))


def make_document(endpoints: Sequence[Endpoint]) -> Json:
    """An OpenAPI 3.1 document of these endpoints."""
    errors = [error_type(endpoint.path) for endpoint in endpoints]
    schemas = Schemas(
        requests=[endpoint.body for endpoint in endpoints if endpoint.body],
        answers=[*(e.answer for e in endpoints), *(e.event for e in endpoints if e.event), *errors],
    )
    paths: Json = {}
    for endpoint, name in zip(endpoints, _names(endpoints), strict=True):
        operations = paths.setdefault(re.sub(r"{(\w+):.*?}", r"{\1}", endpoint.path), {})
        operations[endpoint.method.lower()] = _operation(endpoint, name, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hearth", "version": read_version(), "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"headers": HEADERS, "schemas": schemas.components},
    }


def _names(endpoints: Sequence[Endpoint]) -> list[str]:
    """A name for each operation: its handler's, with a number where one has several paths."""
    seen: Counter[str] = Counter()
    names = []
    for endpoint in endpoints:
        name = endpoint.handler.__name__
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def _operation(endpoint: Endpoint, name: str, schemas: Schemas) -> Json:
    summary, _, more = (inspect.getdoc(endpoint.handler) or "").partition("\n\n")
    operation: Json = {
        "operationId": name,
        "tags": [endpoint.handler.__module__.rpartition(".")[2]],
        "summary": summary.removesuffix("."),
    }
    if more:
        operation["description"] = more
    if parameters := re.findall(r"{(\w+)", endpoint.path):
        operation["parameters"] = [_path_parameter(parameter) for parameter in parameters]
    if endpoint.body:
        content = {JSON: {"schema": schemas.of_request(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return {**operation, "responses": _answers(endpoint, schemas) | _errors(endpoint, schemas)}


def _path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _answers(endpoint: Endpoint, schemas: Schemas) -> Json:
    content: Json = {endpoint.answer_type: {"schema": schemas.of_answer(endpoint.answer)}}
    if endpoint.event:
        content[endpoint.stream_type] = _stream(endpoint, schemas)
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "headers": _headers("x-request-id"),
            "content": content,
        }
        for status in endpoint.statuses
    }


def _stream(endpoint: Endpoint, schemas: Schemas) -> Json:
    """OpenAPI 3.1 has no place for the type of a stream's items; tools take its schema for that of
    an event."""
    is_events = endpoint.stream_type == EVENT_STREAM
    of_what = "an event's `data`" if is_events else "a line"
    schema: Json = {"description": f"With `stream`: `x-item` is {of_what}, as JSON."}
    if is_events:
        texts = {name: {"type": "string"} for name in ("event", "data")}
        schema |= {"type": "object", "properties": texts, "required": ["data"]}
    else:
        schema["type"] = "string"
    return {"schema": schema, "x-item": schemas.of_answer(endpoint.event)}


def _errors(endpoint: Endpoint, schemas: Schemas) -> Json:
    possible = [
        *ANYWHERE,
        *(WITH_MODEL if endpoint.body or "{" in endpoint.path else ()),
        *(WITH_BODY if endpoint.body else ()),
    ]
    schema = schemas.of_answer(error_type(endpoint.path))
    errors: Json = {}
    for status in sorted(possible):
        error = ApiError("", ErrorKind(status, INVALID))
        shown, _ = shape_error(error, path=endpoint.path, request_id="")
        errors[str(shown)] = {
            "description": ERRORS[status],
            "headers": _headers("x-request-id", *(["Retry-After"] if status in LATER else [])),
            "content": {JSON: {"schema": schema}},
        }
    return errors


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
