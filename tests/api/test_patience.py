"""What clients say about how long they wait, and what they are told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
import pytest_asyncio

from tests.api.conftest import CHAT, HELLO, Api, StartApi, eventually, minimal_chat


@pytest_asyncio.fixture
async def busy(start_api: StartApi) -> AsyncIterator[Api]:
    """One slot, which is taken until the gate opens."""
    api = await start_api(max_slots=1, keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    async with api.open_stream():
        yield api
        api.gate.open()


async def test_a_client_that_has_given_up_costs_nothing(busy: Api) -> None:
    headers = {"x-stainless-read-timeout": "0.05"}
    reply = await busy.request("POST", CHAT, json=minimal_chat(), headers=headers)
    assert reply.status == 503
    assert reply.error["code"] == "request_not_begun"
    assert reply.headers["x-should-retry"] == "false"
    assert (await busy.get("/")).json["queue"]["not_begun"] == 1


async def test_the_official_client_says_for_how_long_it_waits(busy: Api) -> None:
    waiting = asyncio.create_task(
        busy.openai.with_options(timeout=0.2).chat.completions.create(
            model="default", messages=HELLO
        )
    )
    with pytest.raises((openai.InternalServerError, openai.APITimeoutError)):
        await waiting
    await eventually(lambda: busy.batcher.num_waiting == 0)


@pytest.mark.parametrize("text", ["None", "NOT_GIVEN", "0", "-1", "nan", "inf", ""])
async def test_a_client_that_says_nothing_that_can_be_read_waits_for_ever(
    api: Api, text: str
) -> None:
    api.will_say("hi")
    headers = {"x-stainless-timeout": text}
    reply = await api.request("POST", CHAT, json=minimal_chat(), headers=headers)
    assert reply.text == "hi"


async def test_a_whole_answer_that_takes_too_long_is_a_timeout(api: Api) -> None:
    api.gate.close()
    headers = {"x-request-timeout": "0.05"}
    reply = await api.request("POST", CHAT, json=minimal_chat(), headers=headers)
    assert (reply.status, reply.error["code"]) == (504, "request_timeout")
    assert "0.05 s" in reply.error["message"]
    assert reply.headers["x-should-retry"] == "false"
    api.gate.open()
    await api.holds_nothing()


async def test_a_stream_that_takes_too_long_ends_with_an_error_and_not_as_one_that_went_well(
    start_api: StartApi,
) -> None:
    api = await start_api(request_timeout_seconds=0.5)
    api.will_say("one two three")
    api.gate.close(after=1)
    headers = {"x-request-timeout": "3600"}  # the server's limit is less
    reply = await api.request("POST", CHAT, json=minimal_chat(stream=True), headers=headers)
    assert reply.events[-1]["error"]["code"] == "request_timeout"
    assert "[DONE]" not in reply.body.decode()
    assert any(event["choices"][0]["delta"].get("content") for event in reply.events[:-1])
    api.gate.open()
    await api.holds_nothing()


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan"])
async def test_a_timeout_that_is_none_is_refused(api: Api, text: str) -> None:
    headers = {"x-request-timeout": text}
    reply = await api.request("POST", CHAT, json=minimal_chat(), headers=headers)
    assert (reply.status, reply.error["param"]) == (400, "x-request-timeout")
    assert repr(text) in reply.error["message"]


async def test_who_had_to_wait_is_told_how_it_stood(busy: Api) -> None:
    bodies: list[dict[str, Any]] = [minimal_chat(), minimal_chat()]
    waiting = [asyncio.create_task(busy.request("POST", CHAT, json=body)) for body in bodies]
    while busy.batcher.num_waiting < len(bodies):
        await asyncio.sleep(0)
    busy.gate.open()
    replies = await asyncio.gather(*waiting)
    assert sorted(reply.headers["x-queue-position"] for reply in replies) == ["1", "2"]
    assert all(float(reply.headers["x-queue-expected-seconds"]) > 0 for reply in replies)


async def test_who_did_not_wait_is_told_nothing(api: Api) -> None:
    api.will_say("hi")
    assert "x-queue-position" not in (await api.chat()).headers
