"""How a line of a batch is answered: as its live endpoint would, behind whoever waits.

Thread: event loop.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from loguru import logger

from api.errors import ApiError, InvalidRequest, as_api_error
from api.ids import CURRENT_REQUEST_ID
from api.middleware import new_request_id
from api.opened import Asker, OpenAnswer
from api.reuse import answers_owner, set_owner
from api.routes.chat import open_chat
from api.routes.completions import open_completion
from api.routes.embeddings import embed
from api.routes.responses import open_response
from batching.errors import NotServing, QueueFull
from jobs.line_server import LineAnswer, Postponed
from jobs.records import Usage
from model_manager import ModelManager
from prompts.errors import EncoderClosed
from settings import Settings

OPENERS: Mapping[str, OpenAnswer] = {
    "/v1/chat/completions": open_chat,
    "/v1/completions": open_completion,
    "/v1/responses": open_response,
}

LOOK_AGAIN_SECONDS = 0.25
"""Whether a model that loads is there."""

BATCH_PRIORITY = 1
"""In vLLM's numbers, where 0 is the default and more is later."""


class ModelLines:
    """The LineServer of the served models."""

    def __init__(self, manager: ModelManager, settings: Settings) -> None:
        self._manager = manager
        self._settings = settings

    async def answer(
        self, endpoint: str, body: dict[str, Any], *, client: str, owner: str
    ) -> LineAnswer:
        set_owner(answers_owner(owner, self._settings))
        request_id = new_request_id()
        CURRENT_REQUEST_ID.set(request_id)  # a line has a task of its own
        was_served = self._state == "serving"
        try:
            answer = await self._answer(endpoint, _as_batch(body), Asker(client))
        except QueueFull as error:
            raise Postponed(error.retry_after_seconds) from None
        except (NotServing, EncoderClosed):
            is_suspect = was_served and self._state == "failed"
            raise Postponed(LOOK_AGAIN_SECONDS, is_suspect=is_suspect) from None
        except Exception as error:
            return _error_answer(error, request_id)
        usage = orjson.loads(answer)["usage"] if isinstance(answer, bytes) else answer["usage"]
        raw = answer if isinstance(answer, bytes) else orjson.dumps(answer)
        return LineAnswer(200, request_id, raw, _usage(usage))

    def knows_model(self, name: str) -> bool:
        return self._manager.find(name) is not None

    @property
    def num_rows(self) -> int:
        num_slots = self._manager.default.max_slots
        return num_slots - min(self._settings.reserved_slots, num_slots // 2)

    @property
    def _state(self) -> str:
        return self._manager.default.state

    async def _answer(self, endpoint: str, body: dict[str, Any], asker: Asker) -> Any:
        if endpoint not in OPENERS:
            return await embed(body, self._manager, asker)
        async with OPENERS[endpoint](body, self._manager, asker) as opened:
            return await opened.wait()


def _as_batch(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a request that nobody waits for.

    Raises:
        InvalidRequest: it asks for a stream.
    """
    if body.get("stream"):
        raise InvalidRequest(
            "'stream' is not possible in a batch, whose answers are lines of a file. Leave it out.",
            param="stream",
            code="unsupported_value",
        )
    if isinstance(body.get("priority", 0), int | None):
        return {**body, "priority": BATCH_PRIORITY}
    return body  # the live endpoint says what is wrong with it


def _error_answer(error: Exception, request_id: str) -> LineAnswer:
    api_error: ApiError = as_api_error(error)
    if api_error.kind.status == 500:
        logger.bind(id=request_id).opt(exception=error).error("line of a batch failed")
    return LineAnswer(api_error.kind.status, request_id, orjson.dumps(api_error.body()))


def _usage(usage: Mapping[str, Any]) -> Usage:
    """Of any dialect."""
    read = usage.get("input_tokens", usage.get("prompt_tokens", 0))
    written = usage.get("output_tokens", usage.get("completion_tokens", 0))
    read_details = usage.get("input_tokens_details", usage.get("prompt_tokens_details")) or {}
    written_details = (
        usage.get("output_tokens_details", usage.get("completion_tokens_details")) or {}
    )
    return Usage(
        read,
        read_details.get("cached_tokens", 0),
        written,
        written_details.get("reasoning_tokens", 0),
    )
