"""A request's answers on their way, and who asked: what live endpoints and batches share.

Thread: event loop.
"""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from api.answers import Answers
from api.caller import caller_of
from api.json_body import json_response
from api.middleware import ARRIVED_SECONDS, LOG_FIELDS, RESPONSE_HEADERS
from api.patience import read_time_limits, wait_headers, wait_log_fields
from api.streaming import AnswerWriter, stream_answers
from batching.stream import QueuePlace
from batching.time_limits import NO_TIME_LIMITS, TimeLimits
from model_manager import ModelManager
from prompts.answer import AnswerEvent


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose share a request counts against, when it came and how long it may take; and what its
    log line and its response's headers will say."""

    client: str
    arrived_seconds: float = field(default_factory=time.monotonic)
    log_fields: dict[str, object] = field(default_factory=dict)
    time_limits: TimeLimits = NO_TIME_LIMITS
    response_headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: web.Request) -> Self:
        return cls(
            caller_of(request).client,
            request[ARRIVED_SECONDS],
            request[LOG_FIELDS],
            read_time_limits(request),
            request[RESPONSE_HEADERS],
        )

    def note_wait(self, place: QueuePlace | None) -> None:
        """Have headers and log say where the request stood, if it had to wait."""
        if place is not None:
            self.response_headers.update(wait_headers(place))
            self.log_fields.update(wait_log_fields(place))


@dataclass(frozen=True, slots=True)
class OpenedAnswer:
    """`whole` makes the one JSON value of a request that does not stream, of all events."""

    writer: AnswerWriter
    answers: Answers
    is_streamed: bool
    whole: Callable[[list[list[AnswerEvent]]], object]

    async def wait(self) -> object:
        """The whole answer, when it is there."""
        return self.whole(await self.answers.all_events())


OpenAnswer = Callable[
    [dict[str, Any], ModelManager, Asker], AbstractAsyncContextManager[OpenedAnswer]
]
"""Checks a parsed body and queues it. Leaving its block frees the slots, and fills the log line."""


async def respond(request: web.Request, opened: OpenedAnswer) -> web.StreamResponse:
    """Whole or as a stream, as the body asked."""
    if not opened.is_streamed:
        return json_response(await opened.wait())
    return await stream_answers(request, opened.writer, opened.answers)
