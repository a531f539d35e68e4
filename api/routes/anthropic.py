"""POST /v1/messages and /v1/messages/count_tokens, Anthropic's Messages API.

Thread: event loop.
"""

from aiohttp import web

from api.answer_start import num_prompt_tokens, start_answers
from api.anthropic.answer_types import TokenCount
from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.anthropic.translation import as_chat_request, own_words
from api.anthropic.undone import IGNORED, REFUSED
from api.anthropic.writer import MessageWriter
from api.caller import caller_of
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import LOG_FIELDS, REQUEST_ID
from api.opened import Asker
from api.routes.models import find_model
from api.streaming import stream_answers
from api.undone import log_unknown, refuse_undone

KNOWN = MessagesRequest.field_names() | IGNORED


async def create_message(request: web.Request) -> web.StreamResponse:
    """Answer a conversation, whole or as a stream."""
    body = await read_json_object(request)
    refuse_undone(body, REFUSED)
    asked = MessagesRequest.from_body(body)
    log_unknown(body, known=KNOWN)
    model = find_model(request.app[MANAGER], asked.model)
    chat = as_chat_request(asked)
    asker = Asker.of(request)
    with own_words(asked):
        answers = await start_answers(
            chat,
            model,
            arrived_seconds=asker.arrived_seconds,
            client=asker.client,
            time_limits=asker.time_limits,
        )
    asker.note_wait(answers.queue_place)
    async with answers:
        writer = MessageWriter(asked, model, answers, request_id=request[REQUEST_ID])
        try:
            if not asked.stream:
                [events] = await answers.all_events()
                return json_response(writer.message(events))
            return await stream_answers(request, writer, answers)
        finally:
            request[LOG_FIELDS].update(answers.log_fields())


async def count_tokens(request: web.Request) -> web.Response:
    """How many tokens the prompt of a conversation has, also if it is too long."""
    body = await read_json_object(request)
    refuse_undone(body, REFUSED)
    asked = CountTokensRequest.from_body(body)
    log_unknown(body, known=KNOWN)
    model = find_model(request.app[MANAGER], asked.model)
    chat = as_chat_request(asked)
    with own_words(asked):
        num_tokens = await num_prompt_tokens(chat, model, client=caller_of(request).client)
    count: TokenCount = {"input_tokens": num_tokens}
    return json_response(count)
