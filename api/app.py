"""The web application: routes, middleware and limits.

Thread: event loop.
"""

from functools import partial

from aiohttp import web

from api.keys import MANAGER, SETTINGS
from api.middleware import add_request_id, answer_errors, answer_expect, log_requests
from api.routes import ollama, ollama_models
from api.routes.chat import create_chat_completion
from api.routes.models import list_models, retrieve_model
from api.routes.status import show_health, show_readiness, show_status
from model_manager import ModelManager
from settings import Settings

MEGABYTE = 1_000_000

get = partial(web.get, expect_handler=answer_expect)
post = partial(web.post, expect_handler=answer_expect)
delete = partial(web.delete, expect_handler=answer_expect)

ROUTES = [
    get("/", show_status),
    get("/health", show_health),
    get("/ready", show_readiness),
    get("/v1/models", list_models),
    get("/v1/models/{id:.+}", retrieve_model),
    post("/v1/chat/completions", create_chat_completion),
    post("/api/chat", ollama.chat),
    post("/api/generate", ollama.generate),
    get("/api/tags", ollama_models.list_tags),
    get("/api/ps", ollama_models.list_running),
    get("/api/version", ollama_models.show_version),
    post("/api/show", ollama_models.show),
    post("/api/pull", ollama_models.pull),
    post("/api/push", ollama_models.refuse_change),
    post("/api/create", ollama_models.refuse_change),
    post("/api/copy", ollama_models.refuse_change),
    delete("/api/delete", ollama_models.refuse_change),
    post("/api/embed", ollama_models.refuse_embeddings),
    post("/api/embeddings", ollama_models.refuse_embeddings),
]


def make_app(manager: ModelManager, settings: Settings) -> web.Application:
    """Put the application together; api.bad_http.Runner runs it."""
    app = web.Application(
        middlewares=[log_requests, answer_errors],
        client_max_size=int(settings.max_body_mb * MEGABYTE),
    )
    app[MANAGER] = manager
    app[SETTINGS] = settings
    app.on_response_prepare.append(add_request_id)
    app.add_routes(ROUTES)
    return app
