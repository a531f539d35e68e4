"""Answers as Ollama writes them: JSON as a whole, or one JSON a line.

Thread: event loop.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import orjson
from loguru import logger

from api.answers import Answers
from api.content_log import LoggedContent, LoggedToken, RatedToken
from api.errors import ApiError
from api.ids import new_id
from api.ollama.answer_types import (
    AnswerMessage,
    AnswerPart,
    ChatPart,
    ErrorBody,
    GeneratePart,
    Logprob,
    TokenLogprob,
    ToolCall,
)
from api.ollama.times import as_text, nanoseconds
from prompts.answer import (
    AnswerEvent,
    ContentDelta,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallEnded,
    ToolCallStarted,
)

KEEP_ALIVE = b" "
"""JSON allows white space before the next line. An empty line would break Ollama's Python client,
and a line without text would be taken for the first token."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer, or all of it."""

    content: str = ""
    thinking: str = ""
    calls: tuple[ToolCall, ...] = ()
    tokens: tuple[LoggedToken, ...] = ()


MakePart = Callable[[str, str, Piece], AnswerPart]
"""A piece of an answer as one of the endpoints writes it, from the model's name and the time."""


def chat_part(model: str, created_at: str, piece: Piece) -> ChatPart:
    """As POST /api/chat answers."""
    message: AnswerMessage = {"role": "assistant", "content": piece.content}
    if piece.thinking:
        message["thinking"] = piece.thinking
    if piece.calls:
        message["tool_calls"] = list(piece.calls)
    part: ChatPart = {"model": model, "created_at": created_at, "message": message, "done": False}
    if piece.tokens:
        part["logprobs"] = [_logprob(token) for token in piece.tokens]
    return part


def generate_part(model: str, created_at: str, piece: Piece) -> GeneratePart:
    """As POST /api/generate answers."""
    part: GeneratePart = {
        "model": model,
        "created_at": created_at,
        "response": piece.content,
        "done": False,
    }
    if piece.thinking:
        part["thinking"] = piece.thinking
    if piece.tokens:
        part["logprobs"] = [_logprob(token) for token in piece.tokens]
    return part


class OllamaAnswer:
    """The AnswerWriter of this dialect, for requests with one answer.

    `model` is the name that the client asked for. Calls come whole: a client is to find their
    arguments as an object.
    """

    content_type = "application/x-ndjson"

    def __init__(
        self, model: str, answers: Answers, make_part: MakePart, *, arrived_seconds: float
    ) -> None:
        [self._generation] = answers.generations
        self._model = model
        self._created_at = as_text(time.time())
        self._make_part = make_part
        self._arrived_seconds = arrived_seconds
        self._calls = _CallReader()
        self._around_text: tuple[bytes, bytes] | None = None

    def whole(self, events: list[AnswerEvent]) -> AnswerPart:
        """The whole answer of a request that does not stream."""
        pieces = [*self._calls.pieces(events), *self._calls.rest()]
        piece = Piece(
            content="".join(each.content for each in pieces),
            thinking="".join(each.thinking for each in pieces),
            calls=tuple(call for each in pieces for call in each.calls),
            tokens=tuple(token for each in pieces for token in each.tokens),
        )
        return self._ended(self._part(piece))

    def start(self) -> list[bytes]:
        return []

    def frames(self, index: int, events: list[AnswerEvent]) -> list[bytes]:
        """A line for each piece that shows."""
        lines = []
        for event in events:
            if type(event) is ContentDelta:  # one for every token
                lines.append(self._text_line(event.text))
            else:
                lines += self._lines(self._calls.pieces([event]))
        return lines

    def end(self, index: int) -> list[bytes]:
        return self._lines(self._calls.rest())

    def finish(self) -> list[bytes]:
        """The line that says `done`, with the counts."""
        return [_line(self._ended(self._part(Piece())))]

    def keep_alive(self) -> list[bytes]:
        return [KEEP_ALIVE]

    def fail(self, error: ApiError) -> list[bytes]:
        """Clients raise at this line. None that says `done` follows."""
        return [_line(ErrorBody(error=error.message))]

    def _lines(self, pieces: Iterable[Piece]) -> list[bytes]:
        return [_line(self._part(piece)) for piece in pieces]

    def _text_line(self, text: str) -> bytes:
        """The text is the only thing that differs from line to line."""
        if self._around_text is None:
            start, _, end = _line(self._part(Piece())).rpartition(b'""')
            self._around_text = (start, end)
        return self._around_text[0] + orjson.dumps(text) + self._around_text[1]

    def _part(self, piece: Piece) -> AnswerPart:
        return self._make_part(self._model, self._created_at, piece)

    def _ended(self, part: AnswerPart) -> AnswerPart:
        """The same with what comes at the end. Clients divide by the durations."""
        tokens, now = self._generation.tokens, time.monotonic()
        admitted = tokens.times.admitted_seconds or now
        first = tokens.times.first_token_seconds or now
        last = tokens.times.last_token_seconds or now
        part["done"] = True
        part["done_reason"] = self._generation.finish_reason
        part["total_duration"] = nanoseconds(self._arrived_seconds, now)
        part["load_duration"] = nanoseconds(self._arrived_seconds, admitted)
        part["prompt_eval_count"] = tokens.num_prompt_tokens
        part["prompt_eval_duration"] = nanoseconds(admitted, first)
        part["eval_count"] = self._generation.num_completion_tokens
        part["eval_duration"] = nanoseconds(first, last)
        return part


class _CallReader:
    """Events as pieces, with each call kept until it is whole."""

    def __init__(self) -> None:
        self._index = -1
        self._name = ""
        self._arguments: str | None = None
        """Of the call that is being written; None if there is none."""

    def pieces(self, events: Iterable[AnswerEvent]) -> Iterator[Piece]:
        """What can be shown now."""
        for event in events:
            match event:
                case LoggedContent():
                    yield Piece(content=event.text, tokens=event.tokens)
                case ContentDelta():
                    yield Piece(content=event.text)
                case ReasoningDelta():
                    yield Piece(thinking=event.text)
                case ToolCallStarted():
                    self._index, self._name, self._arguments = event.index, event.name, ""
                case ToolCallArguments():
                    self._arguments = (self._arguments or "") + event.text
                case ToolCallEnded():
                    yield from self._call()

    def rest(self) -> Iterator[Piece]:
        """At the end: a call that was cut off."""
        if self._arguments is not None:
            yield from self._unread(self._arguments)

    def _call(self) -> Iterator[Piece]:
        text = self._arguments or ""
        try:
            arguments = orjson.loads(text)
        except orjson.JSONDecodeError:
            arguments = None
        if not isinstance(arguments, dict):
            yield from self._unread(text)
            return
        self._arguments = None
        yield Piece(
            calls=(
                {
                    "id": f"call_{new_id()[:24]}",
                    "function": {"index": self._index, "name": self._name, "arguments": arguments},
                },
            )
        )

    def _unread(self, arguments: str) -> Iterator[Piece]:
        """Arguments that are no object have no place in a call; nothing is dropped."""
        self._arguments = None
        logger.warning("a tool call is not whole and was passed on as content")
        yield Piece(content=f"{self._name}({arguments})")


def _line(part: AnswerPart | ErrorBody) -> bytes:
    return orjson.dumps(part, option=orjson.OPT_APPEND_NEWLINE)


def _logprob(token: LoggedToken) -> Logprob:
    return {**_rated(token.chosen), "top_logprobs": [_rated(each) for each in token.top]}


def _rated(token: RatedToken) -> TokenLogprob:
    return {"token": token.text, "logprob": token.logprob, "bytes": list(token.utf8)}
