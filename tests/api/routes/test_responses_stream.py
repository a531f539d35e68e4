"""Streams of POST /v1/responses, event by event, as the official client and Codex want them."""

import asyncio
from typing import Any

import pytest
from openai.types.responses import Response

from batching.engine.errors import FatalEngineError
from tests.api.conftest import Api, StartApi
from tests.api.responses.conftest import (
    OSLO,
    RESPONSES,
    THOUGHT,
    TOO_LONG,
    WEATHER,
    answer,
    ask,
    of_type,
    read_events,
    stream,
)

TEXT_EVENTS = [
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
]


def kinds(events: list[Any]) -> list[str]:
    """The types in their order, each run of the same once."""
    types = [event["type"] for event in events]
    return [kind for kind, before in zip(types, [None, *types], strict=False) if kind != before]


def without_ids(items: list[Any]) -> list[Any]:
    return [
        {key: value for key, value in item.items() if key not in ("id", "call_id")}
        for item in items
    ]


async def test_a_stream_tells_of_everything_in_its_order(api: Api) -> None:
    api.will_say("Hearth answers.")
    events = await stream(api)
    assert kinds(events) == [
        "response.created",
        "response.in_progress",
        *TEXT_EVENTS,
        "response.completed",
    ]
    deltas = of_type(events, "output_text.delta")
    assert len(deltas) > 1
    assert "".join(event["delta"] for event in deltas) == "Hearth answers."
    assert of_type(events, "output_text.done")[0]["text"] == "Hearth answers."


async def test_an_item_begins_empty_and_ends_whole(api: Api) -> None:
    api.will_say("Hearth answers.")
    events = await stream(api)
    [added], [done] = of_type(events, "output_item.added"), of_type(events, "output_item.done")
    assert (added["item"]["content"], added["item"]["status"]) == ([], "in_progress")
    assert added["item"]["id"] == done["item"]["id"]
    assert done["item"] == events[-1]["response"]["output"][0]
    first_part = of_type(events, "content_part.added")[0]["part"]
    assert (first_part["text"], first_part["type"]) == ("", "output_text")


async def test_each_item_has_its_place_and_all_its_events(api: Api) -> None:
    api.will_say(f"<think>Hm.</think>Look.\n{OSLO}")
    events = await stream(api, tools=[WEATHER])
    reasoning = [
        *TEXT_EVENTS[:2],
        "response.reasoning_text.delta",
        "response.reasoning_text.done",
        *TEXT_EVENTS[4:],
    ]
    call = [
        TEXT_EVENTS[0],
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        TEXT_EVENTS[-1],
    ]
    assert kinds(events)[2:-1] == [*reasoning, *TEXT_EVENTS, *call]
    places = [event["output_index"] for event in events if "output_index" in event]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2}
    ids = [item["id"] for item in events[-1]["response"]["output"]]
    assert all(
        event["item_id"] == ids[event["output_index"]]
        for event in events[2:-1]
        if ("item_id" in event)
    )


@pytest.mark.parametrize(
    "text", ["", "one", "비트코인 😀", THOUGHT, OSLO, f"Look.\n{OSLO}\n{OSLO}"]
)
async def test_streamed_or_whole_the_response_is_the_same(api: Api, text: str) -> None:
    api.will_say(text)
    whole = await answer(api, tools=[WEATHER])
    last = (await stream(api, tools=[WEATHER]))[-1]["response"]
    Response.model_validate(last)
    assert without_ids(last.pop("output")) == without_ids(whole.pop("output"))
    changing = ("id", "created_at", "completed_at", "usage")
    assert {key: last[key] for key in last if key not in changing} == {
        key: whole[key] for key in whole if key not in changing
    }


async def test_a_cut_off_stream_ends_as_incomplete(api: Api) -> None:
    api.will_say("one two three four five")
    events = await stream(api, max_output_tokens=2)
    assert events[-1]["type"] == "response.incomplete"
    assert events[-1]["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert events[-2]["item"]["status"] == "incomplete"


async def test_logprobs_come_with_their_text(api: Api) -> None:
    api.will_say("one two three")
    events = await stream(api, include=["message.output_text.logprobs"])
    for event in of_type(events, "output_text.delta"):
        assert event["delta"] == "".join(token["token"] for token in event["logprobs"])


async def test_a_wait_is_filled_with_events_not_comments(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one")
    body = {"model": "default", "input": "Hello", "stream": True}
    async with api.http.post(api.url + RESPONSES, json=body) as response:
        head = b"".join([await response.content.readuntil(b"\n\n") for _ in range(5)])
        api.gate.open()
        events = read_events((head + await response.content.read()).decode())
    assert events[0]["type"] == "response.created"
    assert {event["type"] for event in events[1:5]} == {"response.in_progress"}
    assert len(of_type(events, "created")) == 1
    assert events[-1]["type"] == "response.completed"


@pytest.mark.parametrize("fault", [RuntimeError("secret detail"), FatalEngineError("cannot go on")])
async def test_a_failure_midway_is_a_failed_response(api: Api, fault: Exception) -> None:
    api.gate.close(after=1)
    api.will_say("one two three")
    body = {"model": "default", "input": "Hello", "stream": True}
    async with api.http.post(api.url + RESPONSES, json=body) as response:
        head = await response.content.readuntil(b"\n\n")
        for nth in range(2, 12):
            api.faults.fail_decode(nth, fault)
        api.gate.open()
        events = read_events((head + await response.content.read()).decode())
    assert events[-1]["type"] == "response.failed"
    failed = events[-1]["response"]
    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")
    assert "secret" not in failed["error"]["message"]
    assert not of_type(events, "completed")


async def test_a_stream_that_cannot_begin_is_an_error_and_no_stream(api: Api) -> None:
    reply = await ask(api, input=TOO_LONG, stream=True)
    assert (reply.status, reply.error["code"]) == (400, "context_length_exceeded")


async def test_the_official_client_puts_a_stream_together(api: Api) -> None:
    api.will_say(f"<think>Hm.</think>Look.\n{OSLO}")
    tools: Any = [WEATHER]
    async with api.openai.responses.stream(model="default", input="Oslo?", tools=tools) as events:
        texts = [
            event.delta async for event in events if event.type == "response.output_text.delta"
        ]
        response = await events.get_final_response()
    assert "".join(texts) == response.output_text == "Look."
    assert [item.type for item in response.output] == ["reasoning", "message", "function_call"]


async def test_the_official_client_sees_a_failure(api: Api) -> None:
    api.gate.close(after=1)
    api.will_say("one two three")
    async with api.openai.responses.stream(model="default", input="Hello") as events:
        api.faults.die_at_decode(2)
        api.gate.open()
        seen = [event async for event in events]
        assert seen[-1].type == "response.failed"
        with pytest.raises(RuntimeError, match=r"response\.completed"):
            await events.get_final_response()


async def test_a_client_that_closes_its_stream_frees_its_slot(api: Api) -> None:
    api.gate.close(after=2)
    api.will_say("one two three")
    events = await api.openai.responses.create(
        model="default", input="Hello", stream=True, extra_body={"ignore_eos": True}
    )
    async for event in events:
        if event.type == "response.output_text.delta":
            break
    await events.close()
    async with asyncio.timeout(5):
        while api.batcher.num_running:
            api.gate.let_through(1)
            await asyncio.sleep(0.005)
    assert api.engine.num_calls["decode"] < 1000
