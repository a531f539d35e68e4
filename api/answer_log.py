"""What the log says about a request's answers: what was asked, and how long each part took.

Thread: event loop.
"""

from collections.abc import Sequence

from loguru import logger

from api.generation_schemas import GenerationRequest
from batching.stream import StreamTimes, TokenStream
from telemetry.log import LEVELS

ASKED = (
    *("stream", "n", "max_tokens", "max_completion_tokens", "min_tokens", "seed"),
    *("temperature", "top_p", "top_k", "min_p"),
    *("frequency_penalty", "presence_penalty", "repetition_penalty"),
)
"""Parameters that are numbers and switches; nothing that could hold a client's text."""

MAX_EXCERPT = 400


def asked_fields(request: GenerationRequest, *, model_name: str) -> dict[str, object]:
    """The parameters that a request has, under the name of the model that serves it."""
    given = request.model_fields_set
    fields: dict[str, object] = {"model": model_name, "priority_class": request.priority_class}
    fields.update((name, getattr(request, name)) for name in ASKED if name in given)
    return fields


def time_fields(
    streams: Sequence[TokenStream], *, arrived_seconds: float, num_tokens: int = 0
) -> dict[str, object]:
    """How long the request waited, was read and was answered, of whatever has happened yet."""
    times = [stream.times for stream in streams]
    fields = _waits(times, arrived_seconds)
    if num_rows := max((stream.num_rows for stream in streams), default=0):
        fields["batch_rows"] = num_rows
    begun = [each for each in times if each.first_token_seconds is not None]
    if not begun:
        return fields
    first = min(begun, key=lambda each: each.first_token_seconds or 0.0)
    first_seconds = first.first_token_seconds or 0.0
    fields["ttft_seconds"] = _rounded(first_seconds - arrived_seconds)
    if first.admitted_seconds is not None:
        fields["prefill_seconds"] = _rounded(first_seconds - first.admitted_seconds)
    seconds = max(each.last_token_seconds or 0.0 for each in begun) - first_seconds
    if seconds > 0 and num_tokens > 1:
        fields["tokens_per_second"] = round((num_tokens - 1) / seconds, 1)
        num_gaps = max(1, num_tokens - len(begun))
        answering = sum(
            (each.last_token_seconds or 0.0) - (each.first_token_seconds or 0.0) for each in begun
        )
        fields["mean_token_gap_seconds"] = _rounded(answering / num_gaps)
        fields["max_token_gap_seconds"] = _rounded(max(each.longest_gap_seconds for each in begun))
    return fields


def _waits(times: Sequence[StreamTimes], arrived_seconds: float) -> dict[str, object]:
    """Until all were in the queue, and from there until the last of them had a slot."""
    queued_seconds = max(each.arrived_seconds for each in times)
    fields: dict[str, object] = {"encode_seconds": _rounded(queued_seconds - arrived_seconds)}
    waits = [
        each.admitted_seconds - each.arrived_seconds
        for each in times
        if each.admitted_seconds is not None
    ]
    if waits:
        fields["queue_wait_seconds"] = _rounded(max(waits))
    return fields


def _rounded(seconds: float) -> float:
    return round(max(0.0, seconds), 5)


class Excerpt:
    """The beginning and the end of a text, and how much is between: all that the log shows."""

    def __init__(self) -> None:
        self._begin = self._end = ""
        self._num_characters = 0

    def push(self, text: str) -> None:
        """Add what comes next."""
        room = MAX_EXCERPT // 2 - len(self._begin)
        self._num_characters += len(text)
        self._begin += text[:room]
        self._end = (self._end + text[room:])[-(MAX_EXCERPT // 2) :]

    def __str__(self) -> str:
        num_left_out = self._num_characters - len(self._begin) - len(self._end)
        gap = f" … {num_left_out} characters … " if num_left_out else ""
        return f"{self._begin}{gap}{self._end}"


def shows_texts() -> bool:
    """Whether excerpts of prompts and answers are logged: only at DEBUG."""
    return LEVELS.shows("DEBUG", __name__)


def log_text(kind: str, text: str | Excerpt) -> None:
    """An excerpt of a prompt or an answer, at DEBUG."""
    if isinstance(text, str):
        whole, text = text, Excerpt()
        text.push(whole)
    logger.bind(text=str(text)).debug(kind)
