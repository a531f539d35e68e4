"""Text completions, tokens and texts are as the document says."""

import pytest

from tests.api.conftest import Api
from tests.api.openapi.conftest import Checker, Json

BODY: Json = {"model": "default", "prompt": ["Once", "upon"]}
COMPLETIONS: dict[str, Json] = {
    "plain": {},
    "with log probabilities": {"logprobs": 2, "echo": True},
    "with usage": {"stream_options": {"include_usage": True}},
}


@pytest.mark.parametrize("fields", COMPLETIONS.values(), ids=COMPLETIONS)
async def test_a_completion_is_answered_as_it_says(
    api: Api, checker: Checker, fields: Json
) -> None:
    reply = await api.request("POST", "/v1/completions", json={**BODY, **fields})
    assert reply.status == 200
    checker.check(reply.json, checker.answer("post", "/v1/completions", 200)["schema"])


@pytest.mark.parametrize("fields", COMPLETIONS.values(), ids=COMPLETIONS)
async def test_every_chunk_is_as_it_says(api: Api, checker: Checker, fields: Json) -> None:
    body = {**BODY, **fields, "stream": True}
    reply = await api.request("POST", "/v1/completions", json=body)
    chunk = checker.answer("post", "/v1/completions", 200, "text/event-stream")["x-item"]
    assert reply.events
    for event in reply.events:
        checker.check(event, chunk)


@pytest.mark.parametrize("return_token_strs", [True, False])
async def test_tokens_are_as_it_says(
    api: Api, checker: Checker, *, return_token_strs: bool
) -> None:
    body = {"prompt": "Once", "return_token_strs": return_token_strs}
    reply = await api.request("POST", "/tokenize", json=body)
    checker.check(reply.json, checker.answer("post", "/tokenize", 200)["schema"])


async def test_the_text_of_tokens_is_as_it_says(api: Api, checker: Checker) -> None:
    reply = await api.request("POST", "/detokenize", json={"tokens": [300]})
    checker.check(reply.json, checker.answer("post", "/detokenize", 200)["schema"])
