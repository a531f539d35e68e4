"""POST /api/embed and /api/embeddings, as Ollama has them.

Thread: event loop. Many vectors are megabytes of JSON: between two of them others have a turn.
"""

import asyncio
import time
from typing import Any, cast

import orjson
from aiohttp import web

from api.embeddings.answer import cut, numbers
from api.embeddings.embedding import Embedding, start_embedding
from api.embeddings.schemas import EmbeddingRequest
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import ARRIVED_SECONDS, LOG_FIELDS
from api.ollama.answer_types import Embeddings, LegacyEmbedding
from api.ollama.model_cards import find_tagged, require_loaded
from api.ollama.requests import EmbedBody, LegacyEmbedBody
from api.ollama.times import nanoseconds
from api.ollama.translation import own_names
from api.ollama.undone import check_fields
from api.opened import Asker
from served_model import ServedModel

EMBED_FIELDS = EmbedBody.field_names()
LEGACY_FIELDS = LegacyEmbedBody.field_names()


async def embed(request: web.Request) -> web.Response:
    """Embed one or several texts; a text that is too long is cut unless told otherwise."""
    body = await read_json_object(request)
    check_fields(body, known=EMBED_FIELDS)
    asked = EmbedBody.from_body(body)
    model = find_tagged(request.app[MANAGER], asked.model)
    size = model.require_embedding().size
    if not asked.input:
        require_loaded(model)
        return json_response(Embeddings(model=asked.model, embeddings=[]))
    wanted: dict[str, Any] = {"model": asked.model, "input": asked.input}
    wanted["dimensions"] = asked.dimensions or None
    embedding = await _start(
        request, EmbeddingRequest.from_body(wanted), model, cuts=asked.truncate
    )
    with embedding:
        vectors = await embedding.vectors()
    lists = []
    for vector in vectors:
        lists.append(_list(cut(vector, asked.dimensions or size, is_normalised=True)))
        await asyncio.sleep(0)
    arrived_seconds, now = request[ARRIVED_SECONDS], time.monotonic()
    admitted_seconds = embedding.admitted_seconds or now
    return json_response(
        Embeddings(
            model=asked.model,
            embeddings=lists,
            total_duration=nanoseconds(arrived_seconds, now),
            load_duration=nanoseconds(arrived_seconds, admitted_seconds),
            prompt_eval_count=embedding.num_prompt_tokens,
        )
    )


async def embed_prompt(request: web.Request) -> web.Response:
    """Embed one text, in the older form; one that is too long is refused."""
    body = await read_json_object(request)
    check_fields(body, known=LEGACY_FIELDS)
    asked = LegacyEmbedBody.from_body(body)
    model = find_tagged(request.app[MANAGER], asked.model)
    model.require_embedding()
    if not asked.prompt:
        require_loaded(model)
        return json_response(LegacyEmbedding(embedding=[]))
    wanted = EmbeddingRequest.from_body({"model": asked.model, "input": asked.prompt})
    with own_names({"input": "prompt"}), await _start(request, wanted, model) as embedding:
        [vector] = await embedding.vectors()
    return json_response(LegacyEmbedding(embedding=_list(vector)))


async def _start(
    request: web.Request, wanted: EmbeddingRequest, model: ServedModel, *, cuts: bool = False
) -> Embedding:
    asker = Asker.of(request)
    embedding = await start_embedding(
        wanted, model, client=asker.client, time_limits=asker.time_limits, cuts=cuts
    )
    asker.note_wait(embedding.queue_place)
    request[LOG_FIELDS].update(embedding.log_fields())
    return embedding


def _list(vector: bytes) -> list[float]:
    """Already JSON; the whole is only copied together."""
    return cast(
        list[float],
        orjson.Fragment(orjson.dumps(numbers(vector), option=orjson.OPT_SERIALIZE_NUMPY)),
    )
