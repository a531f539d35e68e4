"""What the document says about /v1/responses is true of what is really answered."""

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.openapi.conftest import Checker, Json
from tests.api.responses.conftest import (
    AGENTS,
    OSLO,
    PATCH,
    RESPONSES,
    WEATHER,
    answer,
    call_of,
    stream,
)

REQUESTS: dict[str, Json] = {
    "plain": {},
    "cut off": {"max_output_tokens": 3},
    "with everything included": {
        "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
        "top_logprobs": 2,
    },
    "with tools": {"tools": [WEATHER, PATCH, AGENTS]},
}
TEXT = "\n".join(
    ["<think>Hm.</think>Look.", OSLO, call_of("apply_patch", {"input": "x"}), call_of("f", {})]
)

each_request = pytest.mark.parametrize("fields", REQUESTS.values(), ids=REQUESTS)


@each_request
async def test_a_response_is_as_it_says(api: Api, checker: Checker, fields: Json) -> None:
    api.will_say(TEXT)
    response = await answer(api, **fields)
    checker.check(response, checker.answer("post", RESPONSES, 200)["schema"])


@each_request
async def test_every_event_is_as_it_says(api: Api, checker: Checker, fields: Json) -> None:
    api.will_say(TEXT)
    schema: Any = checker.answer("post", RESPONSES, 200, "text/event-stream")["x-item"]
    for event in await stream(api, **fields):
        checker.check(event, schema)


async def test_a_count_is_as_it_says(api: Api, checker: Checker) -> None:
    path = f"{RESPONSES}/input_tokens"
    reply = await api.request("POST", path, json={"input": "Hello"})
    checker.check(reply.json, checker.answer("post", path, 200)["schema"])
