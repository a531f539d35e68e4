"""The Responses dialect: a response, whole or as events.

Thread: event loop.
"""

import time
from itertools import count

import orjson

from api.answers import Answers
from api.errors import ApiError
from api.ids import new_id
from api.responses.answer_types import (
    RequestEcho,
    Response,
    ResponseFault,
    ResponseStatus,
    Usage,
)
from api.responses.event_types import ResponseEventType, StreamEvent
from api.responses.output import Output
from api.responses.tools import ToolBook
from api.sse import CONTENT_TYPE, named_frame
from prompts.answer import AnswerEvent
from served_model import ServedModel

FAILURE_CODES = frozenset({"context_length_exceeded", "rate_limit_exceeded"})
"""Codes that clients act upon; all other failures are a server_error to them."""


class ResponseAnswer:
    """Builds every JSON of one response. It is the AnswerWriter of this dialect.

    With `seals_reasoning` the reasoning is in `encrypted_content` too.
    """

    content_type = CONTENT_TYPE

    def __init__(
        self,
        echo: RequestEcho,
        model: ServedModel,
        answers: Answers,
        *,
        tools: ToolBook,
        seals_reasoning: bool,
    ) -> None:
        self._echo = echo
        self._model_name = model.name
        [self._generation] = answers.generations
        self._id = f"resp_{new_id()}"
        self._created_unix = int(time.time())
        self._sequence = count()
        self._output = Output(tools, self._sequence, seals_reasoning=seals_reasoning)
        self._has_begun = False

    def whole(self, events: list[AnswerEvent]) -> Response:
        """The response of a request that does not stream."""
        for _ in self._output.take(events):
            pass  # what it tells of is in the items
        for _ in self._output.finish(is_whole=self._is_whole):
            pass
        return self._ended()

    def start(self) -> list[bytes]:
        """The response before its first item, unless a sign of life was it already."""
        if self._has_begun:
            return []
        self._has_begun = True
        response = self._response("in_progress")
        kinds: tuple[ResponseEventType, ...] = ("response.created", "response.in_progress")
        return [self._response_frame(kind, response) for kind in kinds]

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        return [_frame(event) for event in self._output.take(events)]

    def end(self, index: int) -> list[bytes]:
        """The last item is done."""
        return [_frame(event) for event in self._output.finish(is_whole=self._is_whole)]

    def finish(self) -> list[bytes]:
        """The whole response once more. No [DONE] follows."""
        response = self._ended()
        kind: ResponseEventType = "response.completed" if self._is_whole else "response.incomplete"
        return [self._response_frame(kind, response)]

    def keep_alive(self) -> list[bytes]:
        """An event, not a comment: Codex counts only events as signs of life."""
        if not self._has_begun:
            return self.start()
        return [self._response_frame("response.in_progress", self._response("in_progress"))]

    def fail(self, error: ApiError) -> list[bytes]:
        code = error.kind.code
        fault: ResponseFault = {
            "code": code if code in FAILURE_CODES else "server_error",
            "message": error.message,
        }
        response = self._response("failed", error=fault)
        return [self._response_frame("response.failed", response)]

    @property
    def _is_whole(self) -> bool:
        return self._generation.finish_reason == "stop"

    def _ended(self) -> Response:
        response = self._response("completed" if self._is_whole else "incomplete")
        if self._is_whole:
            response["completed_at"] = int(time.time())
        else:
            response["incomplete_details"] = {"reason": "max_output_tokens"}
        response["usage"] = self._usage()
        return response

    def _response(self, status: ResponseStatus, *, error: ResponseFault | None = None) -> Response:
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created_unix,
            "completed_at": None,
            "status": status,
            "model": self._model_name,
            "output": self._output.items,
            "error": error,
            "incomplete_details": None,
            "usage": None,
            **self._echo,
        }

    def _usage(self) -> Usage:
        generation = self._generation
        num_prompt_tokens = generation.tokens.num_prompt_tokens
        num_tokens = generation.num_completion_tokens
        return {
            "input_tokens": num_prompt_tokens,
            "input_tokens_details": {
                "cached_tokens": generation.tokens.num_cached_tokens,
                "cache_write_tokens": 0,
            },
            "output_tokens": num_tokens,
            "output_tokens_details": {"reasoning_tokens": generation.num_reasoning_tokens},
            "total_tokens": num_prompt_tokens + num_tokens,
        }

    def _response_frame(self, kind: ResponseEventType, response: Response) -> bytes:
        return _frame({"type": kind, "sequence_number": next(self._sequence), "response": response})


def _frame(event: StreamEvent) -> bytes:
    return named_frame(event["type"], orjson.dumps(event))
