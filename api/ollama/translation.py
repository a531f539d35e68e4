"""Ollama's requests as the chat request that all dialects come down to, or as a text completion.

Thread: event loop.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from api.chat_schemas import ChatRequest
from api.completions.schemas import CompletionRequest
from api.errors import InvalidRequest
from api.ollama.requests import ChatBody, GenerateBody, OllamaRequest, PastCall, PastMessage

OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "seed": "seed",
    "stop": "stop",
    "num_predict": "max_tokens",
    "repeat_penalty": "repetition_penalty",
    "repeat_last_n": "repetition_context_size",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
"""What is honoured of `options`, and the chat request's name for it."""

NAMES = {
    "response_format.json_schema.schema": "format",
    "response_format": "format",
    **{name: f"options.{option}" for option, name in OPTIONS.items()},
}
"""The chat request's fields as Ollama's clients know them; the rest have the same name. The first
that a field begins with decides."""

UNLIMITED, RANDOM, WHOLE_TEXT = (-1, -2), -1, -1
"""Values of num_predict, of seed and of repeat_last_n that are like leaving them out."""

PENALTIES_OFF = {"repetition_penalty": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0}
"""What it means that no last token counts."""

REASONS = {
    "raw": "the prompt is all that the model reads",
    "suffix": "the model reads the texts around the gap and nothing else",
}

Json = dict[str, Any]


@contextmanager
def own_names(names: Mapping[str, str] = NAMES) -> Iterator[None]:
    """Errors of the shared checks get the names that Ollama's clients know."""
    try:
        yield
    except InvalidRequest as error:
        param = error.kind.param
        own = _own_name(param or "", names)
        message = error.message.replace(f"'{param}'", f"'{own}'")
        raise InvalidRequest(message, param=own or None, code=error.kind.code) from None


def _own_name(param: str, names: Mapping[str, str]) -> str:
    """Of a field, or of something in it."""
    for name, own in names.items():
        rest = param.removeprefix(name)
        if param.startswith(name) and rest[:1] in ("", ".", "["):
            return own + rest
    return param


def chat_of_chat(asked: ChatBody) -> ChatRequest:
    """A request to /api/chat as a chat request.

    Raises:
        InvalidRequest: names the field.
    """
    return _chat(asked, messages=_messages(asked.messages), tools=asked.tools)


def chat_of_generate(asked: GenerateBody) -> ChatRequest:
    """A request to /api/generate as a chat request: the prompt is what the user says.

    Raises:
        InvalidRequest: names the field.
    """
    system = [{"role": "system", "content": asked.system}] if asked.system else []
    return _chat(asked, messages=[*system, {"role": "user", "content": asked.prompt}], tools=[])


def completion_of_generate(asked: GenerateBody, *, context_length: int) -> CompletionRequest:
    """A request to /api/generate that is no chat: the prompt goes on, or the gap is filled in.

    Raises:
        InvalidRequest: names the field.
    """
    _check_text(asked)
    options = _options(asked.options)
    body: Json = {
        "model": asked.model,
        "stream": asked.stream,
        "prompt": asked.prompt,
        "suffix": asked.suffix,
        **options,
        # Cut at the context's end: other than in OpenAI's completions there is no default.
        "max_tokens": context_length if options["max_tokens"] is None else options["max_tokens"],
        **_format(asked.format),
    }
    with own_names():
        completion = CompletionRequest.from_body(body)
    # Ollama's clients may ask for more than OpenAI's completions have.
    top_logprobs = asked.top_logprobs if asked.logprobs else None
    return completion.model_copy(update={"logprobs": top_logprobs})


def _check_text(asked: GenerateBody) -> None:
    """Refuse what a prompt without a chat has no place for."""
    text = "raw" if asked.raw else "suffix"
    without = {"suffix": asked.raw and asked.suffix, "system": asked.system, "think": asked.think}
    for name, value in without.items():
        if value:
            raise InvalidRequest(
                f"'{name}' and '{text}' cannot be given together: {REASONS[text]}.", param=name
            )


def _chat(asked: OllamaRequest, *, messages: list[Json], tools: list[Any]) -> ChatRequest:
    body: Json = {
        "model": asked.model,
        "stream": asked.stream,
        "messages": messages,
        "tools": tools,
        "logprobs": asked.logprobs,
        "top_logprobs": asked.top_logprobs if asked.logprobs else 0,
        **_options(asked.options),
        **_format(asked.format),
    }
    if asked.think is not None:
        field = "enable_thinking" if isinstance(asked.think, bool) else "reasoning_effort"
        body[field] = asked.think
    with own_names():
        return ChatRequest.from_body(body)


def _options(options: Json) -> Json:
    known = {name: options.get(option) for option, name in OPTIONS.items()}
    if known["max_tokens"] in UNLIMITED:
        known["max_tokens"] = None
    if known["seed"] == RANDOM:
        known["seed"] = None
    if known["repetition_context_size"] == WHOLE_TEXT:
        known["repetition_context_size"] = None
    # NOTE: to the chat request 0 is the whole text.
    return known | PENALTIES_OFF if known["repetition_context_size"] == 0 else known


def _format(asked: str | Json) -> Json:
    if not asked:
        return {}
    if isinstance(asked, str):
        return {"response_format": {"type": "json_object"}}
    schema = {"type": "json_schema", "json_schema": {"schema": asked}}
    return {"response_format": schema}


def _messages(messages: Sequence[PastMessage]) -> list[Json]:
    ids = _CallIds()
    return [
        {
            "role": message.role,
            "content": message.content,
            "reasoning_content": message.thinking,
            "name": message.tool_name,
            "tool_calls": [_call(call, ids) for call in message.tool_calls],
            "tool_call_id": ids.of_result(message) if message.role == "tool" else None,
        }
        for message in messages
    ]


def _call(call: PastCall, ids: "_CallIds") -> Json:
    arguments = orjson.dumps(call.function.arguments).decode()
    return {
        "id": ids.of_call(call),
        "function": {"name": call.function.name, "arguments": arguments},
    }


class _CallIds:
    """Ids for calls and results without one: Ollama's clients drop them, some templates ask.

    A result belongs to the first open call of its function, or else to the first open call.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []
        self._num_calls = 0

    def of_call(self, call: PastCall) -> str:
        call_id = call.id or f"call_{self._num_calls}"
        self._num_calls += 1
        self._open.append((call_id, call.function.name))
        return call_id

    def of_result(self, message: PastMessage) -> str | None:
        wanted = (message.tool_call_id, message.tool_name)
        fitting = [each for each in self._open if not set(wanted).isdisjoint(each)]
        if message.tool_call_id is None and not fitting:
            fitting = self._open[:1]
        if fitting:
            self._open.remove(fitting[0])
        return message.tool_call_id or (fitting[0][0] if fitting else None)
