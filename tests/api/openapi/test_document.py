"""The OpenAPI document: valid, complete, and true of what is really answered."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import make_app
from api.batches.schemas import BatchRequest
from api.embeddings.schemas import EmbeddingRequest
from api.endpoints import Endpoint
from api.ollama.requests import EmbedBody, LegacyEmbedBody
from api.route_table import ROUTES
from settings import TINY_MODEL_NAME, Settings
from tests.api.conftest import CHAT, Api, StartApi, embedder_folder
from tests.api.openapi.conftest import Checker, Json

CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Seoul"}}\n</tool_call>'
WEATHER: Json = {"type": "function", "function": {"name": "get_weather"}}

BODIES = [endpoint for endpoint in ROUTES if endpoint.body]


async def uploaded(api: Api) -> str:
    """The id of a file for a batch; nothing is in it."""
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", b"", filename="empty.jsonl")
    return str((await api.request("POST", "/v1/files", data=form)).json["id"])


def path_of(endpoint: Endpoint) -> str:
    return endpoint.path


def test_it_is_valid_openapi(document: Json) -> None:
    OpenAPIV31SpecValidator(document).validate()


async def test_every_route_is_in_it(api: Api, document: Json) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in make_app(
            api.manager, Settings(_env_file=None, _env_prefix="NOT_READ_")
        ).router.routes()
        if route.resource and route.method != "HEAD"
    }
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert routes == described


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(document: Json) -> None:
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all(each["summary"] for each in operations)


def test_no_type_is_named_after_its_module(document: Json) -> None:
    """Pydantic does so where it finds no other name that is the type's own."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize("endpoint", BODIES, ids=path_of)
async def test_its_examples_fit_their_schema_and_are_answered(
    start_api: StartApi, tmp_path: Path, checker: Checker, document: Json, endpoint: Endpoint
) -> None:
    embeds = endpoint.body in (EmbeddingRequest, EmbedBody, LegacyEmbedBody)
    folder = str(embedder_folder(tmp_path / "embedder"))
    api = await start_api(model=folder if embeds else TINY_MODEL_NAME)
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    examples = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["examples"]
    for example in examples:
        checker.check(example, schema)
        if endpoint.body is BatchRequest:
            example["input_file_id"] = await uploaded(api)
        reply = await api.request(endpoint.method, endpoint.path, json=example)
        assert reply.status in endpoint.statuses, reply.body
        if embeds:
            checker.check(reply.json, checker.answer("post", endpoint.path, 200)["schema"])


@pytest.mark.parametrize("endpoint", BODIES, ids=path_of)
async def test_an_error_is_as_it_says(api: Api, checker: Checker, endpoint: Endpoint) -> None:
    reply = await api.request(endpoint.method, endpoint.path, data=b"no JSON")
    assert "x-request-id" in reply.headers
    checker.check(
        reply.json, checker.answer(endpoint.method, endpoint.path, reply.status)["schema"]
    )


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/"),
        ("/version", "/version"),
        ("/health", "/health"),
        ("/ready", "/ready"),
        ("/openapi.json", "/openapi.json"),
        ("/v1/models", "/v1/models"),
        ("/v1/models/default", "/v1/models/{id}"),
        ("/v1/models/nobody", "/v1/models/{id}"),
    ],
)
async def test_what_is_got_is_as_it_says(api: Api, checker: Checker, path: str, place: str) -> None:
    await api.chat()  # now the status has figures of the prefix cache, if there is one
    reply = await api.get(path)
    checker.check(reply.json, checker.answer("get", place, reply.status)["schema"])


CHATS: dict[str, Json] = {
    "plain": {},
    "with log probabilities": {"logprobs": True, "top_logprobs": 2},
    "of several": {"n": 2, "service_tier": "flex"},
    "with a call": {"tools": [WEATHER]},
    "with a call of the older form": {"functions": [WEATHER["function"]]},
    "with usage": {"stream_options": {"include_usage": True}},
}


@pytest.mark.parametrize("fields", CHATS.values(), ids=CHATS)
async def test_a_chat_is_answered_as_it_says(api: Api, checker: Checker, fields: Json) -> None:
    api.will_say(f"Let me see. {CALL}")
    reply = await api.chat(**fields)
    assert reply.status == 200
    checker.check(reply.json, checker.answer("post", CHAT, 200)["schema"])


@pytest.mark.parametrize("fields", CHATS.values(), ids=CHATS)
async def test_every_chunk_of_a_stream_is_as_it_says(
    api: Api, checker: Checker, fields: Json
) -> None:
    api.will_say(f"Let me see. {CALL}")
    reply = await api.chat(stream=True, **fields)
    chunk: dict[str, Any] = checker.answer("post", CHAT, 200, "text/event-stream")["x-item"]
    assert reply.events
    for event in reply.events:
        checker.check(event, chunk)


def test_every_operation_says_which_scope_a_key_needs(document: Json) -> None:
    def security(path: str, method: str = "get") -> object:
        return document["paths"][path][method]["security"]

    assert security("/health") == []
    assert security("/docs") == [{}, {"bearer": []}, {"x-api-key": []}]
    assert security(CHAT, "post") == [{}, {"bearer": ["chat"]}, {"x-api-key": ["chat"]}]
    assert security("/v1/files") == [{}, {"bearer": ["batch"]}, {"x-api-key": ["batch"]}]
    assert security("/admin/keys") == [{}, {"bearer": ["admin"]}, {"x-api-key": ["admin"]}]
