"""POST /v1/chat/completions.

Thread: event loop.
"""

from aiohttp import web

from api.answer_start import start_answers
from api.chat import ChatAnswer
from api.chat_schemas import ChatRequest
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import ARRIVED_SECONDS, LOG_FIELDS
from api.patience import note_queue_place, read_time_limits
from api.routes.models import find_model
from api.streaming import stream_answers
from api.undone import log_unknown, refuse_undone

FIELDS = ChatRequest.field_names()


async def create_chat_completion(request: web.Request) -> web.StreamResponse:
    """Answer a conversation, whole or as a stream."""
    body = await read_json_object(request)
    refuse_undone(body)
    chat = ChatRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(request.app[MANAGER], chat.model)
    answers = await start_answers(
        chat,
        model,
        arrived_seconds=request[ARRIVED_SECONDS],
        client=request.remote or "",
        time_limits=read_time_limits(request),
    )
    note_queue_place(request, answers.queue_place)
    async with answers:
        answer = ChatAnswer(chat, model, answers)
        try:
            if not chat.stream:
                return json_response(answer.completion(await answers.all_events()))
            return await stream_answers(request, answer, answers)
        finally:
            request[LOG_FIELDS].update(answers.log_fields())
