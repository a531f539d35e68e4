"""POST /v1/chat/completions.

Thread: event loop.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from api.answer_start import start_answers
from api.chat import ChatAnswer
from api.chat_schemas import ChatRequest
from api.json_body import read_json_object
from api.keys import MANAGER
from api.opened import Asker, OpenedAnswer, respond
from api.routes.models import find_model
from api.undone import log_unknown, refuse_undone
from model_manager import ModelManager

FIELDS = ChatRequest.field_names()


async def create_chat_completion(request: web.Request) -> web.StreamResponse:
    """Answer a conversation, whole or as a stream."""
    body = await read_json_object(request)
    async with open_chat(body, request.app[MANAGER], Asker.of(request)) as opened:
        return await respond(request, opened)


@asynccontextmanager
async def open_chat(
    body: dict[str, Any], manager: ModelManager, asker: Asker
) -> AsyncIterator[OpenedAnswer]:
    """Check and queue a conversation; an OpenAnswer."""
    refuse_undone(body)
    chat = ChatRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(manager, chat.model)
    answers = await start_answers(
        chat,
        model,
        arrived_seconds=asker.arrived_seconds,
        client=asker.client,
        time_limits=asker.time_limits,
    )
    asker.note_wait(answers.queue_place)
    async with answers:
        answer = ChatAnswer(chat, model, answers)
        try:
            yield OpenedAnswer(answer, answers, chat.stream, answer.completion)
        finally:
            asker.log_fields.update(answers.log_fields())
