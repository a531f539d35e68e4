"""Requests to /v1/responses and what comes back, checked against the official client's types."""

import json
from typing import Any

from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from tests.api.conftest import Api, Reply

RESPONSES = "/v1/responses"

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
    "strict": None,
}
PATCH: dict[str, Any] = {
    "type": "custom",
    "name": "apply_patch",
    "description": "Edits files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin" /.+/'},
}
AGENTS: dict[str, Any] = {
    "type": "namespace",
    "name": "agents",
    "description": "Other agents.",
    "tools": [{"type": "function", "name": "close", "parameters": {}, "strict": False}],
}
OSLO = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'
THOUGHT = "<think>\nA question.\n</think>\n\nAn answer."

TOO_LONG = "word " * 9000
"""More than the bundled model's context."""

EVENTS: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)


def call_of(name: str, arguments: dict[str, Any]) -> str:
    """A call as the bundled model's family writes it."""
    call = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{call}\n</tool_call>"


async def ask(api: Api, **fields: Any) -> Reply:
    """Ask for a response; fields override those of a minimal request."""
    body = {"model": "default", "input": "Hello", **fields}
    return await api.request("POST", RESPONSES, json=body)


async def answer(api: Api, **fields: Any) -> Any:
    """The response, which has all that the official client's types have."""
    reply = await ask(api, **fields)
    assert reply.status == 200, reply.body
    Response.model_validate(reply.json)
    return reply.json


async def stream(api: Api, **fields: Any) -> list[Any]:
    """The events of a response; each is whole, named as its type and numbered in turn."""
    reply = await ask(api, stream=True, **fields)
    assert reply.status == 200, reply.body
    return read_events(reply.body.decode())


def read_events(text: str) -> list[Any]:
    *frames, rest = text.split("\n\n")
    assert rest == ""
    events = []
    for number, frame in enumerate(frames):
        name, body = frame.split("\n")
        event = json.loads(body.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        assert event["sequence_number"] == number
        EVENTS.validate_python(event)
        events.append(event)
    return events


def of_type(events: list[Any], kind: str) -> list[Any]:
    return [event for event in events if event["type"] == f"response.{kind}"]
