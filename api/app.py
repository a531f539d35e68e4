"""The web application: routes, middleware and limits.

Thread: event loop.
"""

from typing import Any

from aiohttp import web

from api.anthropic.answer_types import AnthropicMessage, StreamEvent, TokenCount
from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.chat_answer_types import ChatCompletion, ChatCompletionChunk
from api.chat_schemas import ChatRequest
from api.endpoints import get, post
from api.keys import ENDPOINTS, MANAGER, SETTINGS
from api.middleware import add_request_id, answer_errors, log_requests
from api.routes.anthropic import count_tokens, create_message
from api.routes.chat import create_chat_completion
from api.routes.docs import show_openapi
from api.routes.models import ModelList, ModelObject, list_models, retrieve_model
from api.routes.status import (
    Health,
    Readiness,
    Status,
    Version,
    show_health,
    show_readiness,
    show_status,
    show_version,
)
from model_manager import ModelManager
from settings import Settings

MEGABYTE = 1_000_000

ROUTES = (
    get("/", show_status, answer=Status),
    get("/version", show_version, answer=Version),
    get("/health", show_health, answer=Health, statuses=(200, 503)),
    get("/ready", show_readiness, answer=Readiness, statuses=(200, 503)),
    get("/openapi.json", show_openapi, answer=dict[str, Any]),
    get("/v1/models", list_models, answer=ModelList),
    get("/v1/models/{id:.+}", retrieve_model, answer=ModelObject),
    post(
        "/v1/chat/completions",
        create_chat_completion,
        body=ChatRequest,
        answer=ChatCompletion,
        event=ChatCompletionChunk,
    ),
    post(
        "/v1/messages",
        create_message,
        body=MessagesRequest,
        answer=AnthropicMessage,
        event=StreamEvent,
    ),
    post("/v1/messages/count_tokens", count_tokens, body=CountTokensRequest, answer=TokenCount),
)


def make_app(manager: ModelManager, settings: Settings) -> web.Application:
    """Put the application together; api.bad_http.Runner runs it."""
    app = web.Application(
        middlewares=[log_requests, answer_errors],
        client_max_size=int(settings.max_body_mb * MEGABYTE),
    )
    app[MANAGER] = manager
    app[SETTINGS] = settings
    app[ENDPOINTS] = ROUTES
    app.on_response_prepare.append(add_request_id)
    app.add_routes([endpoint.route for endpoint in ROUTES])
    return app
