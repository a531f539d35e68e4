"""Streams of POST /v1/chat/completions, frame by frame, as OpenAI's clients want them."""

import asyncio
from typing import Any

import openai
import pytest

from batching.engine.errors import FatalEngineError
from tests.api.conftest import CHAT, HELLO, Api, StartApi, minimal_chat

KEEP_ALIVE = ": keep-alive"
DONE = "data: [DONE]"


def deltas(events: list[Any]) -> list[dict[str, Any]]:
    return [choice["delta"] for event in events for choice in event["choices"]]


async def test_a_stream_has_the_headers_that_keep_proxies_from_holding_it_back(api: Api) -> None:
    reply = await api.chat(stream=True)
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert reply.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in reply.headers


async def test_a_stream_is_the_role_the_text_one_finish_reason_and_done(api: Api) -> None:
    api.will_say("Hearth answers.")
    reply = await api.chat(stream=True)
    first, *middle, last = deltas(reply.events)
    assert first == {"role": "assistant", "content": "", "refusal": None}
    assert "".join(delta["content"] for delta in middle) == "Hearth answers."
    assert all(set(delta) == {"content"} and delta["content"] for delta in middle)
    assert last == {}
    reasons = [event["choices"][0]["finish_reason"] for event in reply.events]
    assert reasons == [None] * (len(reasons) - 1) + ["stop"]
    assert reply.frames[-1] == DONE
    assert reply.frames.count(DONE) == 1


async def test_all_chunks_of_a_stream_have_one_head(api: Api) -> None:
    reply = await api.chat(stream=True, stream_options={"include_usage": True})
    heads = {
        tuple(event[key] for key in ("id", "object", "created", "model", "system_fingerprint"))
        for event in reply.events
    }
    [(answer_id, kind, created, model, _)] = heads
    assert answer_id.startswith("chatcmpl-")
    assert (kind, model) == ("chat.completion.chunk", "hearth-tiny-demo")
    assert isinstance(created, int)


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}, {"include_usage": None}])
async def test_usage_is_not_sent_unasked(api: Api, options: dict[str, Any] | None) -> None:
    reply = await api.chat(stream=True, stream_options=options)
    assert reply.status == 200, reply.body
    assert all(event["choices"] and "usage" not in event for event in reply.events)


@pytest.mark.parametrize(
    "fields",
    [
        {"stream_options": {"include_usage": True, "include_obfuscation": True}},
        {"usage": {"include": True}},
    ],
    ids=["OpenAI", "OpenRouter"],
)
async def test_usage_comes_once_at_the_end_when_asked_for(api: Api, fields: dict[str, Any]) -> None:
    api.will_say("Hearth answers.")
    whole = (await api.chat()).json
    *chunks, last = (await api.chat(stream=True, **fields)).events
    assert all(chunk["usage"] is None for chunk in chunks)
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert last["choices"] == []
    assert last["usage"] == whole["usage"]


async def test_stream_options_without_a_stream_are_ignored(api: Api) -> None:
    reply = await api.chat(stream_options={"include_usage": True})
    assert reply.json["object"] == "chat.completion"


@pytest.mark.parametrize("text", ["", "one", "비트코인 😀 상승", "a\n\ndata: [DONE]\n\n\x00b"])
async def test_streamed_or_whole_the_text_is_the_same(api: Api, text: str) -> None:
    api.will_say(text)
    whole, streamed = await api.chat(), await api.chat(stream=True)
    assert whole.text == streamed.streamed_text == text
    assert streamed.frames[-1] == DONE


async def test_tokens_are_sent_when_they_are_made_and_not_at_the_end(api: Api) -> None:
    api.gate.close(after=1)
    api.will_say("one two three")
    async with api.open_stream() as stream:
        assert b'"role"' in await stream.readuntil(b"\n\n")
        assert b'"content":"one"' in await stream.readuntil(b"\n\n")
        assert api.engine.num_calls["decode"] <= 2
        api.gate.open()
        assert (await stream.read()).endswith(b"data: [DONE]\n\n")


async def test_a_character_in_two_tokens_is_sent_whole(api: Api) -> None:
    emoji = "🦤"
    assert len(api.will_say(emoji)) > 1
    reply = await api.chat(stream=True)
    assert {"content": emoji} in deltas(reply.events)


async def test_a_wait_is_filled_with_comments(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    async with api.open_stream() as running, api.open_stream() as waiting:
        for stream in (running, waiting):
            while not (await stream.readuntil(b"\n\n")).startswith(b": keep-alive"):
                pass
        assert api.batcher.num_waiting == 1
        api.gate.open()
        rest = await waiting.read()
    frames = [frame for frame in rest.decode().split("\n\n") if not frame.startswith(KEEP_ALIVE)]
    assert '"role":"assistant","content":""' in frames[0]
    assert frames[-2:] == [DONE, ""]


async def test_the_official_client_reads_over_comments(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    stream = await api.openai.chat.completions.create(
        model="default", messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    api.gate.open()
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == "one two three"


async def test_a_failure_after_a_comment_is_an_event(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, keep_alive_seconds=0.01)
    api.gate.close()
    async with api.open_stream(), api.open_stream() as waiting:
        assert (await waiting.readuntil(b"\n\n")).startswith(b": keep-alive")
        api.faults.fail_prefill(2, RuntimeError("boom"))
        api.gate.open()
        rest = (await waiting.read()).decode()
    assert '"error":' in rest
    assert DONE not in rest


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FatalEngineError("the engine cannot go on"), "service_unavailable"),
        (RuntimeError("secret detail"), "internal_error"),
    ],
)
async def test_a_failure_midway_is_an_error_event_and_no_done(
    start_api: StartApi, fault: Exception, code: str
) -> None:
    api = await start_api(keep_alive_seconds=0.01)  # a comment is the first frame
    api.gate.close()
    api.will_say("one two three")
    async with api.open_stream() as stream:
        await stream.readuntil(b"\n\n")
        for nth in range(1, 10):
            api.faults.fail_decode(nth, fault)
        api.gate.open()
        rest = (await stream.read()).decode()
    *_, error, end = rest.split("\n\n")
    assert error.startswith('data: {"error":{"message":')
    assert f'"type":"server_error","param":null,"code":"{code}"' in error
    assert end == ""
    assert DONE not in rest
    assert "secret" not in rest
    assert '"finish_reason":"' not in rest


async def test_the_official_client_raises_on_a_failure_midway(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    stream = await api.openai.chat.completions.create(model="default", messages=HELLO, stream=True)
    api.faults.die_at_decode(1)
    api.gate.open()
    with pytest.raises(openai.APIError) as caught:
        async for _ in stream:
            pass
    assert caught.value.code == "service_unavailable"


async def test_the_connection_is_free_right_after_done(api: Api) -> None:
    async with asyncio.timeout(5):
        for _ in range(3):
            async with api.http.post(api.url + CHAT, json=minimal_chat(stream=True)) as response:
                while await response.content.readuntil(b"\n\n") != b"data: [DONE]\n\n":
                    pass
                assert await response.content.read() == b""
