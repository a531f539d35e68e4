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
from api.validation import WireModel
from settings import read_version

ABOUT = """\
A local LLM server on MLX. Clients of OpenAI work with the base URL `/v1`.

In requests, `null` counts as left out, types are strict, and unknown fields are ignored.
A field that would change the answer and is not supported is refused with 400.
Answers may get new keys at any time."""

FORM = "multipart/form-data"

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

SECURITY_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, as OpenAI's clients send it; or a signed token.",
    },
    "x-api-key": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "An API key, as Anthropic's clients send it.",
    },
}

ANYWHERE = (400, 417, 500)
KEYED = (401, 403)
"""Of every endpoint that may need a key."""
WITH_MODEL = (404,)
WITH_BODY = (408, 413, 415, 429, 503)
LATER = (429, 503)
"""Statuses of errors that an endpoint may answer with, before its dialect changes them."""

ERRORS = {
    400: "The request is wrong; `param` names the field where there is one.",
    401: "An API key is needed, and there is none that is valid.",
    403: "The API key lacks the scope.",
    404: "There is no such model, file or batch.",
    408: "The body did not arrive in time.",
    409: "Not possible in the state that it is in.",
    413: "The body is too large.",
    415: "The body is compressed, or of another type.",
    416: "The range is outside of the file.",
    417: "The `Expect` header cannot be met.",
    429: "The queue is full, too many batches are unfinished, or a limit of the key is reached.",
    500: "The model failed on this request, or the server made a mistake.",
    503: "The model loads, drains or is gone; or files and batches are off.",
    507: "The disk is full, or fails.",
}


@cache
def document_json(endpoints: tuple[Endpoint, ...]) -> bytes:
    """The document as it is served."""
    return orjson.dumps(make_document(endpoints))


def make_document(endpoints: Sequence[Endpoint]) -> Json:
    """An OpenAPI 3.1 document of these endpoints."""
    errors = [error_type(endpoint.path) for endpoint in endpoints]
    schemas = Schemas(
        requests=[type for endpoint in endpoints for type in _request_types(endpoint)],
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
        "components": {
            "headers": HEADERS,
            "schemas": schemas.components,
            "securitySchemes": SECURITY_SCHEMES,
        },
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
    parameters = [_path_parameter(name) for name in re.findall(r"{(\w+)", endpoint.path)]
    if endpoint.query:
        parameters += _query_parameters(schemas.components[endpoint.query.__name__])
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body or endpoint.form:
        media_type = JSON if endpoint.body else FORM
        content = {media_type: {"schema": schemas.of_request(endpoint.body or endpoint.form)}}
        operation["requestBody"] = {"required": True, "content": content}
    operation["security"] = _security(endpoint)
    return {**operation, "responses": _answers(endpoint, schemas) | _errors(endpoint, schemas)}


def _security(endpoint: Endpoint) -> list[Json]:
    """The scope that a key needs, in either header; none where the server needs no key."""
    if endpoint.is_public:
        return []
    scopes = [endpoint.scope] if endpoint.scope else []
    return [{}, *({name: scopes} for name in SECURITY_SCHEMES)]


def _path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(schema: Json) -> list[Json]:
    return [
        {"name": name, "in": "query", "required": False, "schema": field}
        for name, field in schema["properties"].items()
    ]


def _request_types(endpoint: Endpoint) -> list[type[WireModel]]:
    return [each for each in (endpoint.body, endpoint.form, endpoint.query) if each]


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
        *(() if endpoint.is_public else KEYED),
        *(WITH_MODEL if endpoint.body or "{" in endpoint.path else ()),
        *(WITH_BODY if endpoint.body or endpoint.form else ()),
        *endpoint.errors,
    ]
    schema = schemas.of_answer(error_type(endpoint.path))
    errors: Json = {}
    for status in sorted(set(possible)):
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
