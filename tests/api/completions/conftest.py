"""Asking for text completions."""

from collections.abc import Awaitable
from typing import Any, Protocol

import pytest

from tests.api.conftest import Api, Reply

COMPLETIONS = "/v1/completions"


class Complete(Protocol):
    def __call__(self, prompt: Any = ..., **fields: Any) -> Awaitable[Reply]:
        """Ask for an answer; fields are those of the request beside model and prompt."""


@pytest.fixture
def complete(api: Api) -> Complete:
    return completing(api)


def completing(api: Api) -> Complete:
    """The same for an app with settings of its own."""

    def complete(prompt: Any = "Once upon", **fields: Any) -> Awaitable[Reply]:
        body = {"model": "default", "prompt": prompt, **fields}
        return api.request("POST", COMPLETIONS, json=body)

    return complete


def text_of(reply: Reply) -> str:
    """Of the only choice."""
    assert reply.status == 200, reply.body
    [choice] = reply.json["choices"]
    return str(choice["text"])


def streamed(reply: Reply, index: int = 0) -> str:
    """The text of one choice of a stream."""
    choices = [choice for event in reply.events for choice in event["choices"]]
    return "".join(choice["text"] for choice in choices if choice["index"] == index)
