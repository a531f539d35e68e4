"""The web application: routes, middleware and limits.

Thread: event loop.
"""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from api.access import DOOR, ENDPOINT_OF, endpoints_by_route, let_in, open_door, watch_keys
from api.anthropic.answer_types import AnthropicMessage, MessagesEvent, TokenCount
from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.batches.answer_types import BatchList, BatchObject, DeletedFile, FileList, FileObject
from api.batches.lines import ModelLines
from api.batches.schemas import BatchQuery, BatchRequest, FileQuery, FileUpload
from api.chat_answer_types import ChatCompletion, ChatCompletionChunk
from api.chat_schemas import ChatRequest
from api.completions.answer_types import Completion
from api.completions.schemas import CompletionRequest
from api.draining import close_while_draining
from api.embeddings.answer_types import EmbeddingList
from api.embeddings.schemas import EmbeddingRequest
from api.endpoints import delete, get, post, put
from api.idempotency import KEPT, KeptResponses, answer_once, close_kept
from api.json_body import ARRIVING, ArrivingBodies
from api.keys import ENDPOINTS, JOBS, MANAGER, SETTINGS
from api.middleware import add_headers, answer_errors, log_requests
from api.ollama.answer_types import (
    ChatPart,
    Embeddings,
    GeneratePart,
    LegacyEmbedding,
    ModelDescription,
    PullStatus,
    RunningModels,
)
from api.ollama.answer_types import ModelList as TagList
from api.ollama.answer_types import Version as OllamaVersion
from api.ollama.requests import ChatBody, EmbedBody, GenerateBody, LegacyEmbedBody, ModelRequest
from api.origin_check import SenderCheck
from api.performance import log_performance
from api.request_counts import REQUEST_COUNTS, RequestCounts, count_requests
from api.responses.answer_types import InputTokens, Response
from api.responses.event_types import StreamEvent
from api.responses.schemas import InputTokensRequest, ResponsesRequest
from api.reuse import add_cache_header, read_cache_control
from api.routes import batches, files, ollama, ollama_embeddings, ollama_models
from api.routes.admin import LogLevel, LogLevelChange, set_log_level, show_log_level
from api.routes.anthropic import count_tokens, create_message
from api.routes.chat import create_chat_completion
from api.routes.completions import create_completion
from api.routes.docs import show_docs, show_openapi
from api.routes.embeddings import create_embeddings
from api.routes.keys import KeyList, list_keys
from api.routes.metrics import show_metrics
from api.routes.models import ModelList, ModelObject, list_models, retrieve_model
from api.routes.responses import count_input_tokens, create_response
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
from api.routes.tokens import detokenize, tokenize
from api.tokens.answer_types import Detokenized, Tokenized
from api.tokens.schemas import DetokenizeRequest, TokenizeRequest
from jobs.jobs import JobLimits, Jobs
from model_manager import ModelManager
from settings import Settings

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000
NDJSON = "application/x-ndjson"
OCTETS = "application/octet-stream"
JOB_ERRORS = (503, 507)
"""Where files and batches are off, and where the disk fails."""

ROUTES = (
    get("/", show_status, answer=Status, scope=None),
    get("/version", show_version, answer=Version, scope=None),
    get("/health", show_health, answer=Health, statuses=(200, 503), is_public=True),
    get("/ready", show_readiness, answer=Readiness, statuses=(200, 503), is_public=True),
    get("/metrics", show_metrics, answer=str, answer_type="text/plain", scope=None),
    get("/openapi.json", show_openapi, answer=dict[str, Any], scope=None),
    get("/docs", show_docs, answer=str, answer_type="text/html", scope=None),
    get("/admin/keys", list_keys, answer=KeyList, scope="admin"),
    get("/admin/log-level", show_log_level, answer=LogLevel, scope="admin"),
    put("/admin/log-level", set_log_level, body=LogLevelChange, answer=LogLevel, scope="admin"),
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
        "/v1/responses",
        create_response,
        body=ResponsesRequest,
        answer=Response,
        event=StreamEvent,
    ),
    post(
        "/v1/responses/input_tokens",
        count_input_tokens,
        body=InputTokensRequest,
        answer=InputTokens,
    ),
    post(
        "/v1/completions",
        create_completion,
        body=CompletionRequest,
        answer=Completion,
        event=Completion,
    ),
    post("/tokenize", tokenize, body=TokenizeRequest, answer=Tokenized),
    post("/v1/tokenize", tokenize, body=TokenizeRequest, answer=Tokenized),
    post("/detokenize", detokenize, body=DetokenizeRequest, answer=Detokenized),
    post("/v1/detokenize", detokenize, body=DetokenizeRequest, answer=Detokenized),
    post(
        "/v1/messages",
        create_message,
        body=MessagesRequest,
        answer=AnthropicMessage,
        event=MessagesEvent,
    ),
    post("/v1/messages/count_tokens", count_tokens, body=CountTokensRequest, answer=TokenCount),
    post(
        "/api/chat",
        ollama.chat,
        body=ChatBody,
        answer=ChatPart,
        event=ChatPart,
        stream_type=NDJSON,
    ),
    post(
        "/api/generate",
        ollama.generate,
        body=GenerateBody,
        answer=GeneratePart,
        event=GeneratePart,
        stream_type=NDJSON,
    ),
    get("/api/tags", ollama_models.list_tags, answer=TagList),
    get("/api/ps", ollama_models.list_running, answer=RunningModels),
    get("/api/version", ollama_models.show_version, answer=OllamaVersion),
    post("/api/show", ollama_models.show, body=ModelRequest, answer=ModelDescription),
    post(
        "/api/pull",
        ollama_models.pull,
        body=ModelRequest,
        answer=PullStatus,
        event=PullStatus,
        stream_type=NDJSON,
    ),
    post("/api/push", ollama_models.refuse_change, answer=None, statuses=()),
    post("/api/create", ollama_models.refuse_change, answer=None, statuses=()),
    post("/api/copy", ollama_models.refuse_change, answer=None, statuses=()),
    delete("/api/delete", ollama_models.refuse_change, answer=None, statuses=()),
    post("/api/embed", ollama_embeddings.embed, body=EmbedBody, answer=Embeddings),
    post(
        "/api/embeddings",
        ollama_embeddings.embed_prompt,
        body=LegacyEmbedBody,
        answer=LegacyEmbedding,
    ),
    post("/v1/embeddings", create_embeddings, body=EmbeddingRequest, answer=EmbeddingList),
    post(
        "/v1/files",
        files.create_file,
        form=FileUpload,
        answer=FileObject,
        errors=JOB_ERRORS,
        scope="batch",
    ),
    get(
        "/v1/files",
        files.list_files,
        query=FileQuery,
        answer=FileList,
        errors=(404, *JOB_ERRORS),
        scope="batch",
    ),
    get("/v1/files/{id}", files.retrieve_file, answer=FileObject, errors=JOB_ERRORS, scope="batch"),
    get(
        "/v1/files/{id}/content",
        files.retrieve_file_content,
        answer=bytes,
        answer_type=OCTETS,
        statuses=(200, 206),
        errors=(416, *JOB_ERRORS),
        scope="batch",
    ),
    delete(
        "/v1/files/{id}",
        files.delete_file,
        answer=DeletedFile,
        errors=(409, *JOB_ERRORS),
        scope="batch",
    ),
    post(
        "/v1/batches",
        batches.create_batch,
        body=BatchRequest,
        answer=BatchObject,
        errors=JOB_ERRORS,
        scope="batch",
    ),
    get(
        "/v1/batches",
        batches.list_batches,
        query=BatchQuery,
        answer=BatchList,
        errors=(404, *JOB_ERRORS),
        scope="batch",
    ),
    get(
        "/v1/batches/{id}",
        batches.retrieve_batch,
        answer=BatchObject,
        errors=JOB_ERRORS,
        scope="batch",
    ),
    post(
        "/v1/batches/{id}/cancel",
        batches.cancel_batch,
        answer=BatchObject,
        errors=(409, *JOB_ERRORS),
        scope="batch",
    ),
)


def make_app(manager: ModelManager, settings: Settings) -> web.Application:
    """Put the application together; api.bad_http.Runner runs it.

    Raises:
        KeysProblem: API keys or tokens cannot be used.
    """
    max_body_bytes = int(settings.max_body_mb * MEGABYTE)
    senders = SenderCheck(hosts=settings.allowed_hosts, origins=settings.allowed_origins)
    app = web.Application(
        middlewares=[
            log_requests,
            count_requests,
            answer_errors,
            senders.let_pass,
            let_in,
            read_cache_control,
            answer_once,
        ],
        client_max_size=max_body_bytes,
    )
    app[MANAGER] = manager
    app[SETTINGS] = settings
    app[REQUEST_COUNTS] = RequestCounts()
    app[ARRIVING] = ArrivingBodies()
    app[JOBS] = Jobs(
        settings.data_dir,
        ModelLines(manager, settings),
        JobLimits(int(settings.files_gb * GIGABYTE), max_line_bytes=max_body_bytes),
    )
    app[ENDPOINTS] = ROUTES
    app[KEPT] = KeptResponses(settings.data_dir)
    app[DOOR] = open_door(settings)
    app.cleanup_ctx.extend((close_kept, run_jobs, watch_keys, log_performance))
    app.on_response_prepare.extend((add_headers, add_cache_header, close_while_draining))
    routes = app.add_routes([endpoint.route for endpoint in ROUTES])
    app[ENDPOINT_OF] = endpoints_by_route(routes, ROUTES)
    return app


async def run_jobs(app: web.Application) -> AsyncIterator[None]:
    """Files and batches, from before the port opens until it is closed."""
    await app[JOBS].start()
    yield
    await app[JOBS].stop()
