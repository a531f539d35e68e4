"""Asking as Ollama's clients do, on the real app."""

import json
from typing import Any

import pytest

from tests.api.conftest import HELLO, Api, Reply

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
OSLO = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'


class Ollama:
    """The endpoints of an app, as Ollama's clients use them."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def post(self, path: str, **fields: Any) -> Reply:
        body = {"model": "default", **fields}
        return await self._api.request("POST", f"/api/{path}", json=body)

    async def chat(self, **fields: Any) -> Reply:
        return await self.post("chat", **{"messages": HELLO, "stream": False, **fields})

    async def generate(self, **fields: Any) -> Reply:
        return await self.post("generate", **{"prompt": "Hello", "stream": False, **fields})


def lines(reply: Reply) -> list[Any]:
    """The values of a stream, one a line."""
    assert reply.status == 200, reply.body
    assert reply.body.endswith(b"\n")
    return [json.loads(line) for line in reply.body.splitlines()]


def text_of(parts: list[Any]) -> str:
    return "".join(part["message"]["content"] for part in parts)


def error_of(reply: Reply) -> str:
    """The text of an error; that nothing else is in it is checked on the way."""
    [(key, text)] = reply.json.items()
    assert key == "error"
    return str(text)


@pytest.fixture
def ollama(api: Api) -> Ollama:
    return Ollama(api)
