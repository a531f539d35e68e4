"""Batches: POST and GET /v1/batches, GET /v1/batches/{id}, POST /v1/batches/{id}/cancel.

Thread: event loop.
"""

from aiohttp import web

from api.batches.answer_types import batch_object, page
from api.batches.schemas import BatchQuery, BatchRequest
from api.caller import caller_of
from api.idempotency import ONCE
from api.json_body import json_response, read_json_object
from api.keys import JOBS
from api.undone import log_unknown


async def create_batch(request: web.Request) -> web.Response:
    """Have all requests of a file answered when nobody else needs the model.

    The file is checked after the answer: a batch whose file has faults becomes `failed`, and says
    which in `errors`. A repetition with the same `Idempotency-Key` gets the same batch, also where
    the first response was cut off.
    """
    body = await read_json_object(request)
    asked = BatchRequest.from_body(body)
    log_unknown(body, known=BatchRequest.field_names())
    caller = caller_of(request)
    expiry = asked.output_expires_after
    batch = await request.app[JOBS].create_batch(
        asked.endpoint,
        asked.input_file_id,
        metadata=asked.metadata,
        output_seconds=expiry.seconds if expiry else None,
        creation_key=request.get(ONCE),
        owner=caller.key_name,
        sees_all=caller.sees_all,
    )
    return json_response(batch_object(batch))


async def list_batches(request: web.Request) -> web.Response:
    """Batches, the newest first. A key sees its own."""
    asked = BatchQuery.from_body(dict(request.query))
    found = await request.app[JOBS].batches(
        after=asked.after, limit=asked.limit + 1, owner=caller_of(request).seen_owner
    )
    shown = [batch_object(batch) for batch in found[: asked.limit]]
    return json_response(page(shown, has_more=len(found) > asked.limit))


async def retrieve_batch(request: web.Request) -> web.Response:
    """How far a batch is."""
    batch_id = request.match_info["id"]
    batch = await request.app[JOBS].batch(batch_id, owner=caller_of(request).seen_owner)
    return json_response(batch_object(batch))


async def cancel_batch(request: web.Request) -> web.Response:
    """Stop a batch. What is finished is kept; the other lines get an error."""
    batch_id = request.match_info["id"]
    batch = await request.app[JOBS].cancel_batch(batch_id, owner=caller_of(request).seen_owner)
    return json_response(batch_object(batch))
