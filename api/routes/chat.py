"""POST /v1/chat/completions.

Thread: event loop.
"""

from contextlib import suppress

import orjson
from aiohttp import web

from api.chat import ChatAnswer
from api.generation import Generation, start_generation
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
    generation = await start_generation(
        chat,
        model,
        arrived_seconds=request[ARRIVED_SECONDS],
        client=request.remote or "",
    )
    with generation:
        answer = ChatAnswer(chat, model, generation)
        try:
            if not chat.stream:
                return json_response(answer.completion(await generation.whole_text()))
            return await stream_answer(request, answer, generation)
        finally:
            request[LOG_FIELDS].update(generation.log_fields())


async def stream_answer(
    request: web.Request, answer: ChatAnswer, generation: Generation
) -> web.StreamResponse:
    """Send the chunks. A stream that fails ends with an error event and without [DONE]: both of
    OpenAI's clients take a clean end for success."""
    events = EventStream(request)
    patience_seconds = request.app[SETTINGS].keep_alive_seconds
    try:
        await send_chunks(events, answer, generation, patience_seconds=patience_seconds)
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
    generation: Generation,
    *,
    patience_seconds: float,
) -> None:
    """The chunks of a stream that goes well, with a comment whenever the wait is long."""
    chunks = [answer.role_chunk()]
    while not generation.has_ended:
        try:
            pieces = await generation.next_pieces(patience_seconds=patience_seconds)
        except TimeoutError:
            await events.keep_alive()
            continue
        chunks += map(answer.text_chunk, pieces)
        if not generation.has_ended:
            await events.send(*chunks)
            chunks.clear()
    chunks.append(answer.last_chunk())
    if usage := answer.usage_chunk():
        chunks.append(usage)
    await events.finish(*chunks)
