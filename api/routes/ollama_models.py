"""Ollama's endpoints about models: those that tell, and those that Hearth has no use for.

Thread: event loop.
"""

from aiohttp import web

from api.errors import INVALID, ApiError, ErrorKind, ModelNotFound
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.ollama.answer_types import ModelList, PullStatus, RunningModels, Version
from api.ollama.model_cards import described, find_tagged, listed, running
from api.ollama.requests import ModelRequest

OLLAMA_VERSION = "0.14.2"
"""The Ollama that clients may take Hearth for. Copilot wants 0.6.4 or later; log probabilities came
with 0.12.11, and /v1/messages, which some clients look for by this number, with 0.14."""

UNSUPPORTED = ErrorKind(400, INVALID, "unsupported_value")


async def list_tags(request: web.Request) -> web.Response:
    """Every served model; quick even while one loads."""
    models: ModelList = {"models": [listed(model) for model in request.app[MANAGER].models]}
    return json_response(models)


async def list_running(request: web.Request) -> web.Response:
    """The models that would answer now."""
    models = [model for model in request.app[MANAGER].models if model.state == "serving"]
    return json_response(RunningModels(models=[running(model) for model in models]))


async def show(request: web.Request) -> web.Response:
    """One model, with what it can do."""
    asked = ModelRequest.from_body(await read_json_object(request))
    return json_response(described(find_tagged(request.app[MANAGER], asked.model)))


async def show_version(request: web.Request) -> web.Response:
    """Some clients refuse to talk to an older one."""
    return json_response(Version(version=OLLAMA_VERSION))


async def pull(request: web.Request) -> web.Response:
    """A model that is served is there; many clients pull before they ask."""
    asked = ModelRequest.from_body(await read_json_object(request))
    try:
        find_tagged(request.app[MANAGER], asked.model)
    except ModelNotFound:
        return await refuse_change(request)
    response = json_response(PullStatus(status="success"))
    response.content_type = "application/x-ndjson" if asked.stream else "application/json"
    return response


async def refuse_change(request: web.Request) -> web.Response:
    """Models are not changed over HTTP."""
    served = request.app[MANAGER].default.name
    raise ApiError(
        f"{request.path} is not possible: Hearth serves the model that it was started with, "
        f"{served!r}. Start it with --model to serve another one.",
        UNSUPPORTED,
    )
