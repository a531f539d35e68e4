"""Every endpoint of the server, in the order in which the document shows them.

Thread: event loop.
"""

from typing import Any

from api.anthropic.answer_types import AnthropicMessage, MessagesEvent, TokenCount
from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.batches.answer_types import BatchList, BatchObject, DeletedFile, FileList, FileObject
from api.batches.schemas import BatchQuery, BatchRequest, FileQuery, FileUpload
from api.chat_answer_types import ChatCompletion, ChatCompletionChunk
from api.chat_schemas import ChatRequest
from api.completions.answer_types import Completion
from api.completions.schemas import CompletionRequest
from api.embeddings.answer_types import EmbeddingList
from api.embeddings.schemas import EmbeddingRequest
from api.endpoints import delete, get, post, put
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
from api.responses.answer_types import InputTokens, Response
from api.responses.event_types import StreamEvent
from api.responses.schemas import InputTokensRequest, ResponsesRequest
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
