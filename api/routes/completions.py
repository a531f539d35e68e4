"""POST /v1/completions.

Thread: event loop.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from api.completions.schemas import CompletionRequest
from api.completions.start import start_completions
from api.completions.writer import CompletionAnswer
from api.json_body import read_json_object
from api.keys import MANAGER
from api.opened import Asker, OpenedAnswer, respond
from api.routes.models import find_model
from api.undone import REFUSED, log_unknown, refuse_undone
from model_manager import ModelManager

FIELDS = CompletionRequest.field_names()
UNDONE = {
    **{name: is_no_op for name, is_no_op in REFUSED.items() if name not in FIELDS},
    "return_token_ids": lambda value: value is False,
}


async def create_completion(request: web.Request) -> web.StreamResponse:
    """Go on with texts, whole or as a stream."""
    body = await read_json_object(request)
    async with open_completion(body, request.app[MANAGER], Asker.of(request)) as opened:
        return await respond(request, opened)


@asynccontextmanager
async def open_completion(
    body: dict[str, Any], manager: ModelManager, asker: Asker
) -> AsyncIterator[OpenedAnswer]:
    """Check and queue texts; an OpenAnswer."""
    refuse_undone(body, UNDONE)
    completion = CompletionRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(manager, completion.model)
    prompts, answers = await start_completions(
        completion,
        model,
        arrived_seconds=asker.arrived_seconds,
        client=asker.client,
        time_limits=asker.time_limits,
    )
    asker.note_wait(answers.queue_place)
    async with answers:
        answer = CompletionAnswer(completion, model, answers, prompts=prompts)
        try:
            yield OpenedAnswer(answer, answers, completion.stream, answer.completion)
        finally:
            asker.log_fields.update(answers.log_fields())
