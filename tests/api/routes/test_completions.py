"""POST /v1/completions, by the official client and by bytes."""

import asyncio
from typing import get_type_hints

import openai
import pytest
from openai.types.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)

from api.completions.schemas import CompletionRequest
from api.undone import IGNORED, REFUSED
from tests.api.completions.conftest import COMPLETIONS
from tests.api.conftest import Api

BODY = {"model": "default", "prompt": "Once upon"}


async def test_the_official_client_reads_a_completion(api: Api) -> None:
    api.will_say(" a time")
    completion = await api.openai.completions.create(
        model="default", prompt="Once upon", echo=True, logprobs=2, user="somebody"
    )
    assert completion.id.startswith("cmpl-")
    assert completion.object == "text_completion"
    assert completion.model == api.model.name
    [choice] = completion.choices
    assert (choice.text, choice.finish_reason) == ("Once upon a time", "stop")
    assert choice.logprobs is not None
    assert choice.logprobs.tokens is not None
    assert completion.usage is not None
    assert completion.usage.total_tokens == len(choice.logprobs.tokens)


@pytest.mark.parametrize("wants_usage", [True, False])
async def test_the_official_client_reads_a_stream(api: Api, *, wants_usage: bool) -> None:
    api.will_say(" a time")
    chunks = [
        chunk
        async for chunk in await api.openai.completions.create(
            model="default",
            prompt="Once upon",
            stream=True,
            stream_options={"include_usage": True} if wants_usage else openai.omit,
        )
    ]
    if wants_usage:
        usage = chunks.pop()
        assert (usage.choices, bool(usage.usage)) == ([], True)
    assert "".join(chunk.choices[0].text for chunk in chunks) == " a time"
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert not any(chunk.usage for chunk in chunks)


async def test_a_stream_is_frames_and_done(api: Api) -> None:
    reply = await api.request("POST", COMPLETIONS, json={**BODY, "stream": True})
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert reply.frames[-1] == "data: [DONE]"
    assert all("usage" not in event for event in reply.events)


async def test_the_settings_of_the_request_reach_the_engine(api: Api) -> None:
    fields = {"temperature": 0.5, "top_k": 7, "seed": 9, "logit_bias": {"5": -1}, "min_tokens": 2}
    await api.request("POST", COMPLETIONS, json={**BODY, **fields, "stop_token_ids": [300]})
    sequence = api.last_sequence
    assert (sequence.sampling.temperature, sequence.sampling.top_k) == (0.5, 7)
    assert (sequence.sampling.seed, sequence.sampling.logit_bias) == (9, ((5, -1.0),))
    assert (sequence.min_tokens, sequence.max_tokens) == (2, 16)
    assert 300 in sequence.stop_token_ids


async def test_a_stop_string_ends_the_text(api: Api) -> None:
    api.will_say("one two three")
    for stream in (False, True):
        reply = await api.request(
            "POST", COMPLETIONS, json={**BODY, "stop": " two", "echo": True, "stream": stream}
        )
        assert b"three" not in reply.body
        assert b'"finish_reason":"stop"' in reply.body


async def test_a_failure_looks_like_one(api: Api) -> None:
    api.faults.fail_with_token(300, RuntimeError("boom"))
    with pytest.raises(openai.InternalServerError, match="model failed"):
        await api.openai.completions.create(model="default", prompt=[300])
    await api.holds_nothing()


async def test_a_stream_that_fails_looks_so(api: Api) -> None:
    api.faults.fail_with_token(302, RuntimeError("boom"))
    api.answer.token_ids = [300, 301, 302]
    stream = await api.openai.completions.create(
        model="default", prompt=["a", "b"], stream=True, seed=1
    )
    with pytest.raises(openai.APIError, match="model failed"):
        [chunk async for chunk in stream]
    await api.holds_nothing()


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_frees_its_slots(api: Api, *, stream: bool) -> None:
    api.gate.close(after=1)
    body = {**BODY, "prompt": ["a", "b"], "ignore_eos": True, "stream": stream}
    asking = asyncio.create_task(api.request("POST", COMPLETIONS, json=body))
    async with asyncio.timeout(5):
        while api.batcher.num_running < 2:
            await asyncio.sleep(0.005)
    asking.cancel()
    await asyncio.wait([asking])
    api.gate.open()
    await api.holds_nothing()


async def test_an_unknown_model_is_not_found(api: Api) -> None:
    reply = await api.request("POST", COMPLETIONS, json={**BODY, "model": "gpt-3"})
    assert (reply.status, reply.error["code"]) == (404, "model_not_found")


def test_every_field_of_the_official_client_is_honoured_refused_or_ignored() -> None:
    fields = get_type_hints(CompletionCreateParamsNonStreaming)
    fields |= get_type_hints(CompletionCreateParamsStreaming)
    assert len(fields) > 15
    assert fields.keys() <= CompletionRequest.field_names() | REFUSED.keys() | IGNORED


async def test_null_means_absent_for_every_field(api: Api) -> None:
    names = CompletionRequest.field_names() - {"model"}
    reply = await api.request(
        "POST", COMPLETIONS, json={"model": "default", **dict.fromkeys(names)}
    )
    assert reply.status == 200
