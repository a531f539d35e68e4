"""POST /v1/embeddings.

Thread: event loop.
"""

from typing import Any

from aiohttp import web

from api.embeddings.answer import embedding_list
from api.embeddings.embedding import start_embedding
from api.embeddings.schemas import EmbeddingRequest
from api.embeddings.undone import IGNORED, REFUSED
from api.json_body import read_json_object
from api.keys import MANAGER
from api.opened import Asker
from api.routes.models import find_model
from api.undone import log_unknown, refuse_undone
from model_manager import ModelManager

FIELDS = EmbeddingRequest.field_names() | IGNORED | REFUSED.keys()


async def create_embeddings(request: web.Request) -> web.Response:
    """Embed one or several inputs."""
    body = await read_json_object(request)
    answer = await embed(body, request.app[MANAGER], Asker.of(request))
    return web.Response(body=answer, content_type="application/json")


async def embed(body: dict[str, Any], manager: ModelManager, asker: Asker) -> bytes:
    """The whole answer to a parsed body, as JSON."""
    refuse_undone(body, REFUSED)
    asked = EmbeddingRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(manager, asked.model)
    client, time_limits = asker.client, asker.time_limits
    with await start_embedding(asked, model, client=client, time_limits=time_limits) as embedding:
        asker.note_wait(embedding.queue_place)
        asker.log_fields.update(embedding.log_fields())
        return await embedding_list(
            await embedding.vectors(),
            asked,
            model_name=model.name,
            num_prompt_tokens=embedding.num_prompt_tokens,
            is_normalised=model.require_embedding().normalises,
        )
