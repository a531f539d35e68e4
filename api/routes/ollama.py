"""POST /api/chat and /api/generate, as Ollama has them.

Thread: event loop.
"""

import time

from aiohttp import web

from api.answer_start import start_answers
from api.chat_schemas import ChatRequest
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import ARRIVED_SECONDS, LOG_FIELDS
from api.ollama.answer import MakePart, OllamaAnswer, Piece, chat_part, generate_part
from api.ollama.model_cards import find_tagged
from api.ollama.requests import ChatBody, GenerateBody
from api.ollama.times import as_text
from api.ollama.translation import OPTIONS, chat_of_chat, chat_of_generate, own_names
from api.ollama.undone import check_fields, check_options
from api.patience import note_queue_place, read_time_limits
from api.streaming import stream_answers
from batching.errors import NotServing
from served_model import ServedModel

CHAT_FIELDS = ChatBody.field_names()
GENERATE_FIELDS = GenerateBody.field_names()
OPTION_NAMES = frozenset(OPTIONS)

LOAD_RETRY_SECONDS = 5


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
    """Answer a prompt, which is what a user says; as a stream unless told otherwise."""
    body = await read_json_object(request)
    check_fields(body, known=GENERATE_FIELDS)
    asked = GenerateBody.from_body(body)
    check_options(asked.options, known=OPTION_NAMES)
    model = find_tagged(request.app[MANAGER], asked.model)
    if not asked.prompt:
        return _loaded(model, asked.model, generate_part)
    return await _answer(request, chat_of_generate(asked), model, generate_part)


async def _answer(
    request: web.Request, chat: ChatRequest, model: ServedModel, make_part: MakePart
) -> web.StreamResponse:
    arrived_seconds = request[ARRIVED_SECONDS]
    with own_names():
        answers = await start_answers(
            chat,
            model,
            arrived_seconds=arrived_seconds,
            client=request.remote or "",
            time_limits=read_time_limits(request),
        )
    note_queue_place(request, answers.queue_place)
    async with answers:
        answer = OllamaAnswer(chat.model, answers, make_part, arrived_seconds=arrived_seconds)
        try:
            if chat.stream:
                return await stream_answers(request, answer, answers)
            [events] = await answers.all_events()
            return json_response(answer.whole(events))
        finally:
            request[LOG_FIELDS].update(answers.log_fields())


def _loaded(model: ServedModel, name: str, make_part: MakePart) -> web.Response:
    """For a client that wants the model to be there before it asks anything.

    Raises:
        NotServing: it is not there.
    """
    if model.state != "serving":
        raise NotServing(f"The model is {model.state}.", retry_after_seconds=LOAD_RETRY_SECONDS)
    part = make_part(name, as_text(time.time()), Piece())
    part["done"], part["done_reason"] = True, "load"
    return json_response(part)
