"""POST /v1/completions.

Thread: event loop.
"""

from aiohttp import web

from api.completions.schemas import CompletionRequest
from api.completions.start import start_completions
from api.completions.writer import CompletionAnswer
from api.json_body import json_response, read_json_object
from api.keys import MANAGER
from api.middleware import ARRIVED_SECONDS, LOG_FIELDS
from api.patience import note_queue_place, read_time_limits
from api.routes.models import find_model
from api.streaming import stream_answers
from api.undone import REFUSED, log_unknown, refuse_undone

FIELDS = CompletionRequest.field_names()
UNDONE = {
    **{name: is_no_op for name, is_no_op in REFUSED.items() if name not in FIELDS},
    "return_token_ids": lambda value: value is False,
}


async def create_completion(request: web.Request) -> web.StreamResponse:
    """Go on with texts, whole or as a stream."""
    body = await read_json_object(request)
    refuse_undone(body, UNDONE)
    completion = CompletionRequest.from_body(body)
    log_unknown(body, known=FIELDS)
    model = find_model(request.app[MANAGER], completion.model)
    prompts, answers = await start_completions(
        completion,
        model,
        arrived_seconds=request[ARRIVED_SECONDS],
        client=request.remote or "",
        time_limits=read_time_limits(request),
    )
    note_queue_place(request, answers.queue_place)
    async with answers:
        answer = CompletionAnswer(completion, model, answers, prompts=prompts)
        try:
            if not completion.stream:
                return json_response(answer.completion(await answers.all_events()))
            return await stream_answers(request, answer, answers)
        finally:
            request[LOG_FIELDS].update(answers.log_fields())
