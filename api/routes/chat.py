"""POST /v1/chat/completions.

Thread: event loop.
"""

from contextlib import suppress

import orjson
from aiohttp import web

from api.answers import Answers, start_answers
from api.chat import ChatAnswer
from api.json_body import json_response, read_json_object
from api.keys import MANAGER, SETTINGS
from api.middleware import ARRIVED_SECONDS, CLIENT_LEFT, LOG_FIELDS, note_error
from api.routes.models import find_model
from api.schemas import ChatRequest
from api.sse import EventStream
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
    )
    async with answers:
        answer = ChatAnswer(chat, model, answers)
        try:
            if not chat.stream:
                return json_response(answer.completion(await answers.all_events()))
            return await stream_answers(request, answer, answers)
        finally:
            request[LOG_FIELDS].update(answers.log_fields())


async def stream_answers(
    request: web.Request, answer: ChatAnswer, answers: Answers
) -> web.StreamResponse:
    """Send the chunks. A stream that fails ends with an error event and without [DONE]: both of
    OpenAI's clients take a clean end for success."""
    events = EventStream(request)
    patience_seconds = request.app[SETTINGS].keep_alive_seconds
    try:
        await send_chunks(events, answer, answers, patience_seconds=patience_seconds)
    except ConnectionError:
        # The client left between two writes; there is nobody to tell.
        request[LOG_FIELDS]["status"] = CLIENT_LEFT
    except Exception as error:
        if not events.has_begun:
            raise
        api_error = note_error(request, error)
        with suppress(ConnectionError):
            await events.send(orjson.dumps(api_error.body()))
    return events.response


async def send_chunks(
    events: EventStream,
    answer: ChatAnswer,
    answers: Answers,
    *,
    patience_seconds: float,
) -> None:
    """The chunks of a stream that goes well, with a comment whenever the wait is long."""
    chunks = [answer.role_chunk(index) for index in range(len(answers.generations))]
    while not answers.have_ended:
        try:
            found = await answers.next_events(patience_seconds=patience_seconds)
        except TimeoutError:
            await events.keep_alive()
            continue
        for index, new_events in found:
            chunks += answer.chunks(index, new_events)
            if answers.generations[index].has_ended:
                chunks.append(answer.last_chunk(index))
        if chunks and not answers.have_ended:
            await events.send(*chunks)
            chunks.clear()
    if usage := answer.usage_chunk():
        chunks.append(usage)
    await events.finish(*chunks)
