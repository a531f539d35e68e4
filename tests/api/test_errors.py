"""Whatever goes wrong, the answer is OpenAI's error body, and its client raises the right class."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import openai
import pytest

from api.errors import as_api_error, shorten
from batching.engine.errors import FatalEngineError
from tests.api.conftest import CHAT, HELLO, Api, StartApi, minimal_chat


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "unknown_url"),
        ("POST", "/v1/moderations", 404, "unknown_url"),
        ("GET", "/v1", 404, "unknown_url"),
        ("GET", "/v1/models/no/such/model", 404, "model_not_found"),
        ("GET", CHAT, 405, "method_not_allowed"),
        ("DELETE", "/v1/models", 405, "method_not_allowed"),
        ("PROPFIND", CHAT, 405, "method_not_allowed"),
        ("BREW", CHAT, 400, None),
        ("POST", CHAT, 400, None),
    ],
)
async def test_a_wrong_path_or_method_gets_an_error_body(
    api: Api, method: str, path: str, status: int, code: str | None
) -> None:
    reply = await api.request(method, path)
    assert (reply.status, reply.error["code"]) == (status, code)
    assert reply.error["type"] == "invalid_request_error"
    assert reply.headers["Content-Type"] == "application/json"


async def test_a_wrong_method_says_which_are_possible(api: Api) -> None:
    reply = await api.get(CHAT)
    assert reply.headers["Allow"] == "POST"
    assert "POST" in reply.error["message"]


async def test_a_body_over_the_limit_is_refused_before_it_is_parsed(start_api: StartApi) -> None:
    api = await start_api(max_body_mb=0.01)
    reply = await api.chat(messages=[{"role": "user", "content": "x" * 10_000}])
    assert (reply.status, reply.error["code"]) == (413, "request_too_large")
    assert (await api.chat(messages=[{"role": "user", "content": "x" * 2_000}])).status == 200


async def test_a_body_over_the_limit_without_a_declared_length_is_refused_too(
    start_api: StartApi,
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1000

    api = await start_api(max_body_mb=0.01)
    reply = await api.request("POST", CHAT, data=chunks())
    assert (reply.status, reply.error["code"]) == (413, "request_too_large")


async def test_a_prompt_over_the_context_has_the_wording_that_clients_search_for(
    start_api: StartApi,
) -> None:
    api = await start_api(context_length=2048)
    reply = await api.chat(messages=[{"role": "user", "content": "word " * 4000}])
    assert (reply.status, reply.error["code"]) == (400, "context_length_exceeded")
    assert reply.error["param"] == "messages"
    assert reply.error["message"].startswith(
        "This model's maximum context length is 2048 tokens. However, your messages resulted in "
    )


def kill_the_engine(api: Api) -> None:
    api.faults.fail_prefill(1, FatalEngineError("the engine cannot go on"))


def break_one_prefill(api: Api) -> None:
    api.faults.fail_prefill(1, RuntimeError("secret detail"))


@pytest.mark.parametrize("stream", [True, False])
async def test_a_fault_of_the_engine_is_a_500_that_is_not_worth_a_retry(
    api: Api, *, stream: bool
) -> None:
    break_one_prefill(api)
    reply = await api.chat(stream=stream)
    assert (reply.status, reply.error["code"]) == (500, "internal_error")
    assert reply.error["type"] == "server_error"
    assert reply.headers["x-should-retry"] == "false"
    assert "secret detail" not in reply.body.decode()


@pytest.mark.parametrize("stream", [True, False])
async def test_a_dead_engine_is_a_503_that_says_when_to_come_back(
    api: Api, *, stream: bool
) -> None:
    kill_the_engine(api)
    for _ in range(2):  # the request it died of, and the next
        reply = await api.chat(stream=stream)
        assert (reply.status, reply.error["type"]) == (503, "server_error")
        assert 1 <= int(reply.headers["Retry-After"]) <= 120


@pytest.mark.parametrize(
    ("fields", "break_it", "expected"),
    [
        ({"temperature": 3}, None, openai.BadRequestError),
        ({"model": "gpt-4"}, None, openai.NotFoundError),
        ({}, break_one_prefill, openai.InternalServerError),
        ({}, kill_the_engine, openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_the_official_client_raises_its_own_class_and_knows_the_request_id(
    api: Api,
    fields: dict[str, Any],
    break_it: Callable[[Api], None] | None,
    expected: type[openai.APIStatusError],
    *,
    stream: bool,
) -> None:
    if break_it:
        break_it(api)
    with pytest.raises(expected) as caught:
        await api.openai.chat.completions.create(**minimal_chat(**fields), stream=stream)
    assert caught.value.request_id
    assert caught.value.request_id.startswith("req_")


async def test_the_official_client_sees_a_full_queue_as_a_rate_limit(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=1, keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    async with api.open_stream(), api.open_stream():
        with pytest.raises(openai.RateLimitError):
            await api.openai.chat.completions.create(model="default", messages=HELLO)
        api.gate.open()


def test_an_unforeseen_exception_keeps_its_details_from_the_client() -> None:
    error = as_api_error(ValueError("a secret"))
    assert error.kind.status == 500
    assert "secret" not in error.message


def test_a_long_value_is_cut_in_a_message() -> None:
    assert len(shorten("x" * 1_000_000)) == 100
