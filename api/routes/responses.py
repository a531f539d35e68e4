"""POST /v1/responses and POST /v1/responses/input_tokens.

Thread: event loop.
"""

from aiohttp import web

from api.answer_start import start_answers
from api.conversation import as_chat_messages, template_options
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import ARRIVED_SECONDS, LOG_FIELDS
from api.patience import note_queue_place, read_time_limits
from api.responses.answer import ResponseAnswer
from api.responses.answer_types import InputTokens
from api.responses.echo import echo_request
from api.responses.places import named_as_sent
from api.responses.schemas import InputTokensRequest, ResponsesRequest
from api.responses.translate import Translated, translate, translate_prompt
from api.responses.undone import IGNORED_HERE, REFUSED_HERE
from api.routes.models import find_model
from api.streaming import stream_answers
from api.tool_use import read_tool_use
from api.undone import log_unknown, refuse_undone
from prompts.errors import PromptTooLong
from served_model import ServedModel

FIELDS = ResponsesRequest.field_names() | IGNORED_HERE | REFUSED_HERE.keys()


async def create_response(request: web.Request) -> web.StreamResponse:
    """Answer a conversation, whole or as a stream. Nothing of it is kept."""
    body = await read_json_object(request)
    refuse_undone(body, REFUSED_HERE)
    asked = ResponsesRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    translated = translate(asked)
    model = find_model(request.app[MANAGER], asked.model)
    with named_as_sent(translated.places):
        answers = await start_answers(
            translated.chat,
            model,
            arrived_seconds=request[ARRIVED_SECONDS],
            client=request.remote or "",
            time_limits=read_time_limits(request),
        )
    note_queue_place(request, answers.queue_place)
    async with answers:
        answer = ResponseAnswer(
            echo_request(body, asked, translated.chat, model),
            model,
            answers,
            tools=translated.tools,
            seals_reasoning=asked.has_encrypted_reasoning,
        )
        try:
            if not asked.stream:
                [events] = await answers.all_events()
                return json_response(answer.whole(events))
            return await stream_answers(request, answer, answers)
        finally:
            request[LOG_FIELDS].update(answers.log_fields())


async def count_input_tokens(request: web.Request) -> web.Response:
    """How many tokens the prompt of a conversation has, also where it is too long."""
    body = await read_json_object(request)
    refuse_undone(body, REFUSED_HERE)
    asked = InputTokensRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    translated = translate_prompt(asked)
    model = find_model(request.app[MANAGER], asked.model)
    with named_as_sent(translated.places):
        num_tokens = await _num_tokens(translated, model, client=request.remote or "")
    count: InputTokens = {"object": "response.input_tokens", "input_tokens": num_tokens}
    return json_response(count)


async def _num_tokens(translated: Translated, model: ServedModel, *, client: str) -> int:
    chat = translated.chat
    try:
        prompt = await model.encode(
            as_chat_messages(chat.messages),
            template_options(chat, model.family),
            tools=read_tool_use(chat).schemas,
            client=client,
        )
    except PromptTooLong as error:
        return error.num_tokens
    return len(prompt.token_ids)
