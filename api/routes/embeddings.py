"""POST /v1/embeddings.

Thread: event loop.
"""

from aiohttp import web

from api.embeddings.answer import embedding_list
from api.embeddings.embedding import start_embedding
from api.embeddings.schemas import EmbeddingRequest
from api.embeddings.undone import IGNORED, REFUSED
from api.json_body import read_json_object
from api.keys import MANAGER
from api.middleware import LOG_FIELDS
from api.patience import note_queue_place, read_time_limits
from api.routes.models import find_model
from api.undone import log_unknown, refuse_undone

FIELDS = EmbeddingRequest.field_names() | IGNORED | REFUSED.keys()


async def create_embeddings(request: web.Request) -> web.Response:
    """Embed one or several inputs."""
    body = await read_json_object(request)
    refuse_undone(body, REFUSED)
    asked = EmbeddingRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(request.app[MANAGER], asked.model)
    time_limits = read_time_limits(request)
    client = request.remote or ""
    with await start_embedding(asked, model, client=client, time_limits=time_limits) as embedding:
        note_queue_place(request, embedding.queue_place)
        request[LOG_FIELDS].update(embedding.log_fields())
        answer = await embedding_list(
            await embedding.vectors(),
            asked,
            model_name=model.name,
            num_prompt_tokens=embedding.num_prompt_tokens,
            is_normalised=model.require_embedding().normalises,
        )
    return web.Response(body=answer, content_type="application/json")
