"""POST /v1/responses and POST /v1/responses/input_tokens.

Thread: event loop.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from api.answer_start import num_prompt_tokens, start_answers
from api.caller import caller_of
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.opened import Asker, OpenedAnswer, respond
from api.responses.answer import ResponseAnswer
from api.responses.answer_types import InputTokens
from api.responses.echo import echo_request
from api.responses.places import named_as_sent
from api.responses.schemas import InputTokensRequest, ResponsesRequest
from api.responses.translate import translate, translate_prompt
from api.responses.undone import IGNORED_HERE, REFUSED_HERE
from api.routes.models import find_model
from api.undone import log_unknown, refuse_undone
from model_manager import ModelManager

FIELDS = ResponsesRequest.field_names() | IGNORED_HERE | REFUSED_HERE.keys()


async def create_response(request: web.Request) -> web.StreamResponse:
    """Answer a conversation, whole or as a stream. Nothing of it is kept."""
    body = await read_json_object(request)
    async with open_response(body, request.app[MANAGER], Asker.of(request)) as opened:
        return await respond(request, opened)


@asynccontextmanager
async def open_response(
    body: dict[str, Any], manager: ModelManager, asker: Asker
) -> AsyncIterator[OpenedAnswer]:
    """Check and queue a conversation; an OpenAnswer."""
    refuse_undone(body, REFUSED_HERE)
    asked = ResponsesRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    translated = translate(asked)
    model = find_model(manager, asked.model)
    with named_as_sent(translated.places):
        answers = await start_answers(
            translated.chat,
            model,
            arrived_seconds=asker.arrived_seconds,
            client=asker.client,
            time_limits=asker.time_limits,
        )
    asker.note_wait(answers.queue_place)
    async with answers:
        answer = ResponseAnswer(
            echo_request(body, asked, translated.chat, model),
            model,
            answers,
            tools=translated.tools,
            seals_reasoning=asked.has_encrypted_reasoning,
        )
        try:
            yield OpenedAnswer(answer, answers, asked.stream, lambda events: answer.whole(*events))
        finally:
            asker.log_fields.update(answers.log_fields())


async def count_input_tokens(request: web.Request) -> web.Response:
    """How many tokens the prompt of a conversation has, also where it is too long."""
    body = await read_json_object(request)
    refuse_undone(body, REFUSED_HERE)
    asked = InputTokensRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    translated = translate_prompt(asked)
    model = find_model(request.app[MANAGER], asked.model)
    with named_as_sent(translated.places):
        num_tokens = await num_prompt_tokens(
            translated.chat, model, client=caller_of(request).client
        )
    count: InputTokens = {"object": "response.input_tokens", "input_tokens": num_tokens}
    return json_response(count)
