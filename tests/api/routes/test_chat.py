"""POST /v1/chat/completions: whole answers, and how many requests are taken."""

import asyncio
import time
from typing import Any

import pytest

from tests.api.conftest import HELLO, Api, StartApi, eventually


async def test_a_whole_answer_has_every_key_that_openai_sends(api: Api) -> None:
    num_tokens = len(api.will_say("Hearth answers."))
    body = (await api.chat()).json
    num_prompt_tokens = len(api.last_sequence.token_ids)
    assert body.pop("id").startswith("chatcmpl-")
    assert abs(body.pop("created") - time.time()) < 60
    assert body.pop("system_fingerprint").startswith("fp_")
    assert body == {
        "object": "chat.completion",
        "model": "hearth-tiny-demo",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Hearth answers.",
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": num_prompt_tokens,
            "completion_tokens": num_tokens,
            "total_tokens": num_prompt_tokens + num_tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    }


async def test_the_service_tier_is_echoed_only_when_it_was_asked_for(api: Api) -> None:
    assert "service_tier" not in (await api.chat()).json
    assert (await api.chat(service_tier="auto")).json["service_tier"] == "default"


@pytest.mark.parametrize(
    ("fields", "tier"),
    [
        ({"service_tier": "flex"}, "flex"),
        ({"service_tier": "flex", "priority": 0}, "default"),
        ({"service_tier": "auto", "priority": 1}, "flex"),
    ],
)
async def test_the_service_tier_is_the_one_that_was_served(
    api: Api, fields: dict[str, Any], tier: str
) -> None:
    assert (await api.chat(**fields)).json["service_tier"] == tier


async def test_an_empty_answer_is_an_empty_string(api: Api) -> None:
    api.will_say("")
    reply = await api.chat()
    assert reply.text == ""
    assert reply.json["usage"]["completion_tokens"] == 0


@pytest.mark.parametrize(
    "name", ["hearth-tiny-demo", "default", "mlx-community/Some-Model", "nick name", "비서"]
)
async def test_every_name_of_the_model_is_known_and_answered_with_its_first(
    start_api: StartApi, name: str
) -> None:
    api = await start_api(served_model_name="mlx-community/Some-Model, nick name, 비서")
    reply = await api.chat(model=name)
    assert reply.status == 200
    assert reply.json["model"] == "mlx-community/Some-Model"


@pytest.mark.parametrize("name", ["gpt-4", "", "HEARTH-TINY-DEMO", "../tiny", "x" * 10_000])
async def test_an_unknown_model_is_404_and_told_which_one_there_is(api: Api, name: str) -> None:
    reply = await api.chat(model=name)
    assert (reply.status, reply.error["code"]) == (404, "model_not_found")
    assert reply.error["param"] == "model"
    assert "hearth-tiny-demo" in reply.error["message"]
    assert len(reply.error["message"]) < 300


async def test_a_full_queue_is_429_and_says_when_to_come_back(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=2, keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    async with asyncio.TaskGroup() as clients, api.open_stream():
        accepted = [clients.create_task(api.chat()) for _ in range(2)]
        await eventually(lambda: api.batcher.num_waiting == 2)
        for stream in (True, False):
            reply = await api.chat(stream=stream)
            assert (reply.status, reply.error["code"]) == (429, "rate_limit_exceeded")
            assert reply.error["type"] == "requests"
            assert 1 <= int(reply.headers["Retry-After"]) <= 120
        api.gate.open()
    assert [task.result().text for task in accepted] == ["one two three"] * 2


async def test_the_queue_is_bounded_in_prompt_tokens_too(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_tokens=100, keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    async with asyncio.TaskGroup() as clients, api.open_stream():
        clients.create_task(api.chat())
        await eventually(lambda: api.batcher.num_waiting == 1)
        long = [{"role": "user", "content": "word " * 200}]
        reply = await api.chat(messages=long)
        assert (reply.status, reply.error["code"]) == (429, "rate_limit_exceeded")
        assert "the limit is 100" in reply.error["message"]
        api.gate.open()


@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_that_breaks_every_step_fails_alone(api: Api, *, stream: bool) -> None:
    api.will_say("one two three four five")
    [poison, *_] = api.model.tokenizer.encode("🦤")
    api.faults.fail_with_token(poison, RuntimeError("boom"))
    poisoned = [{"role": "user", "content": "🦤"}]
    good, bad = await asyncio.gather(api.chat(), api.chat(messages=poisoned, stream=stream))
    assert good.text == "one two three four five"
    assert b'"code":"internal_error"' in bad.body
    assert b"[DONE]" not in bad.body


async def test_a_broken_step_costs_nobody_a_token(api: Api) -> None:
    api.will_say("one two three four five")
    api.faults.fail_decode(2, RuntimeError("boom"))
    replies = await asyncio.gather(*(api.chat(messages=HELLO, stream=n == 1) for n in range(2)))
    assert replies[0].text == replies[1].streamed_text == "one two three four five"


@pytest.mark.parametrize(
    ("request_id", "is_taken"), [("mine-1_A", True), ("no spaces", False), ("x" * 65, False)]
)
async def test_a_clients_own_id_is_taken_if_it_is_a_plain_name(
    api: Api, request_id: str, *, is_taken: bool
) -> None:
    answer_id = (await api.chat(request_id=request_id)).json["id"]
    assert (answer_id == f"chatcmpl-{request_id}") == is_taken


async def test_token_ids_are_returned_to_those_who_ask(api: Api) -> None:
    token_ids = api.will_say("<think>x</think>Hearth answers.")
    body = (await api.chat(return_token_ids=True)).json
    assert body["prompt_token_ids"] == list(api.last_sequence.token_ids)
    assert body["choices"][0]["token_ids"] == token_ids
    assert "token_ids" not in (await api.chat()).json["choices"][0]


async def test_a_stream_has_the_same_token_ids_in_pieces(api: Api) -> None:
    token_ids = api.will_say("Hearth answers.")
    first, *others = (await api.chat(return_token_ids=True, stream=True, n=2)).events
    assert first["prompt_token_ids"] == list(api.last_sequence.token_ids)
    for index in (0, 1):
        choices = [event["choices"][0] for event in others]
        pieces = [choice.get("token_ids", []) for choice in choices if choice["index"] == index]
        assert [token_id for piece in pieces for token_id in piece] == token_ids
        assert len(pieces) > 2


async def test_special_tokens_are_shown_to_those_who_ask(api: Api) -> None:
    special = api.model.special_ids["<|im_start|>"]
    api.answer.token_ids = [special, *api.model.tokenizer.encode("Hi")]
    assert (await api.chat()).text == "Hi"
    assert (await api.chat(skip_special_tokens=False)).text == "<|im_start|>Hi"
