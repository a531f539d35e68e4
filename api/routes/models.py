"""GET /v1/models and /v1/models/{id}; ids may contain slashes.

Thread: event loop.
"""

from typing import Literal

from aiohttp import web
from typing_extensions import TypedDict

from api.errors import ModelNotFound
from api.json_body import json_response
from api.keys import MANAGER
from model_manager import ModelManager
from served_model import ServedModel


class ModelObject(TypedDict):
    """A model as OpenAI lists it, with vLLM's field for the context."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    max_model_len: int


class ModelList(TypedDict):
    """Every served model."""

    object: Literal["list"]
    data: list[ModelObject]


def find_model(manager: ModelManager, name: str) -> ServedModel:
    """The model that a client means.

    Raises:
        ModelNotFound: it is not served here.
    """
    model = manager.find(name)
    if model is None:
        raise ModelNotFound(name, served=manager.default.name)
    return model


async def list_models(request: web.Request) -> web.Response:
    """Every served model; quick even while one loads."""
    models: ModelList = {
        "object": "list",
        "data": [describe(model) for model in request.app[MANAGER].models],
    }
    return json_response(models)


async def retrieve_model(request: web.Request) -> web.Response:
    """One served model."""
    return json_response(describe(find_model(request.app[MANAGER], request.match_info["id"])))


def describe(model: ServedModel) -> ModelObject:
    """A model as clients see it."""
    return {
        "id": model.name,
        "object": "model",
        "created": model.created_unix,
        "owned_by": "local",
        "max_model_len": model.context_length,
    }
