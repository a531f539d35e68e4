"""POST /api/chat and /api/generate, as Ollama has them.

Thread: event loop.
"""

import time

from aiohttp import web

from api.answer_start import start_answers
from api.chat_schemas import ChatRequest
from api.completions.schemas import CompletionRequest
from api.completions.start import start_completions
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import LOG_FIELDS
from api.ollama.answer import MakePart, OllamaAnswer, Piece, chat_part, generate_part
from api.ollama.model_cards import find_tagged, require_loaded
from api.ollama.requests import ChatBody, GenerateBody
from api.ollama.times import as_text
from api.ollama.translation import (
    OPTIONS,
    chat_of_chat,
    chat_of_generate,
    completion_of_generate,
    own_names,
)
from api.ollama.undone import check_fields, check_options
from api.opened import Asker
from api.streaming import stream_answers
from served_model import ServedModel

CHAT_FIELDS = ChatBody.field_names()
GENERATE_FIELDS = GenerateBody.field_names()
OPTION_NAMES = frozenset(OPTIONS)


async def chat(request: web.Request) -> web.StreamResponse:
    """Answer a conversation; as a stream unless told otherwise."""
    body = await read_json_object(request)
    check_fields(body, known=CHAT_FIELDS)
    asked = ChatBody.from_body(body)
    check_options(asked.options, known=OPTION_NAMES)
    model = find_tagged(request.app[MANAGER], asked.model)
    if not asked.messages:
        return _loaded(model, asked.model, chat_part)
    return await _answer(request, chat_of_chat(asked), model, chat_part)


async def generate(request: web.Request) -> web.StreamResponse:
    """Answer a prompt, go on with it, or fill in; as a stream unless told otherwise."""
    body = await read_json_object(request)
    check_fields(body, known=GENERATE_FIELDS)
    asked = GenerateBody.from_body(body)
    check_options(asked.options, known=OPTION_NAMES)
    model = find_tagged(request.app[MANAGER], asked.model)
    if not (asked.prompt or asked.suffix):
        return _loaded(model, asked.model, generate_part)
    if asked.is_chat:
        return await _answer(request, chat_of_generate(asked), model, generate_part)
    completion = completion_of_generate(asked, context_length=model.context_length)
    return await _answer(request, completion, model, generate_part)


async def _answer(
    request: web.Request,
    asked: ChatRequest | CompletionRequest,
    model: ServedModel,
    make_part: MakePart,
) -> web.StreamResponse:
    asker = Asker.of(request)
    arrived_seconds, client, limits = asker.arrived_seconds, asker.client, asker.time_limits
    with own_names():
        if isinstance(asked, ChatRequest):
            answers = await start_answers(
                asked, model, arrived_seconds=arrived_seconds, client=client, time_limits=limits
            )
        else:
            _, answers = await start_completions(
                asked, model, arrived_seconds=arrived_seconds, client=client, time_limits=limits
            )
    asker.note_wait(answers.queue_place)
    async with answers:
        answer = OllamaAnswer(asked.model, answers, make_part, arrived_seconds=arrived_seconds)
        try:
            if asked.stream:
                return await stream_answers(request, answer, answers)
            [events] = await answers.all_events()
            return json_response(answer.whole(events))
        finally:
            request[LOG_FIELDS].update(answers.log_fields())


def _loaded(model: ServedModel, name: str, make_part: MakePart) -> web.Response:
    require_loaded(model)
    part = make_part(name, as_text(time.time()), Piece())
    part["done"], part["done_reason"] = True, "load"
    return json_response(part)
