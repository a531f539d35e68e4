"""What the OpenAPI document says about the Messages API is true of what is really answered."""

import json

import pytest

from tests.api.conftest import Api
from tests.api.openapi.conftest import Checker, Json, checker, document

__all__ = ["checker", "document"]

MESSAGES = "/v1/messages"
TOOL: Json = {"name": "look", "input_schema": {"type": "object"}}
ANSWER = (
    "<think>Hm.</think>I look."
    '<tool_call>\n{"name": "look", "arguments": {"at": "sky"}}\n</tool_call>'
)
every_display = pytest.mark.parametrize("display", ["summarized", "omitted"])


def body(**fields: object) -> Json:
    messages = [{"role": "user", "content": "Hi"}]
    return {"model": "default", "max_tokens": 90, "messages": messages, "tools": [TOOL], **fields}


@every_display
async def test_a_message_is_answered_as_it_says(api: Api, checker: Checker, display: str) -> None:
    api.will_say(ANSWER)
    asked = body(thinking={"type": "adaptive", "display": display})
    reply = await api.request("POST", MESSAGES, json=asked)
    assert [block["type"] for block in reply.json["content"]] == ["thinking", "text", "tool_use"]
    checker.check(reply.json, checker.answer("post", MESSAGES, 200)["schema"])


@every_display
async def test_every_event_of_a_stream_is_as_it_says(
    api: Api, checker: Checker, display: str
) -> None:
    api.will_say(ANSWER)
    asked = body(stream=True, thinking={"type": "adaptive", "display": display})
    reply = await api.request("POST", MESSAGES, json=asked)
    item = checker.answer("post", MESSAGES, 200, "text/event-stream")["x-item"]
    events = [json.loads(frame.partition("data: ")[2]) for frame in reply.frames]
    assert events[-1] == {"type": "message_stop"}
    for event in events:
        checker.check(event, item)


async def test_a_count_is_as_it_says(api: Api, checker: Checker) -> None:
    reply = await api.request("POST", f"{MESSAGES}/count_tokens", json=body())
    checker.check(reply.json, checker.answer("post", f"{MESSAGES}/count_tokens", 200)["schema"])
