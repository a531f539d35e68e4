"""POST /v1/messages and its stream, and count_tokens, as Anthropic's clients read them."""

import json
from typing import Any

import pytest

from batching.engine.errors import FatalEngineError
from tests.api.conftest import Api, Reply, StartApi, eventually
from tests.api.routes.test_status import SlowLoad

MESSAGES = "/v1/messages"
CONTEXT_LENGTH = 2048
HI: dict[str, Any] = {"role": "user", "content": "Hi"}
LOOK: dict[str, Any] = {
    "name": "look",
    "description": "Look at something.",
    "input_schema": {"type": "object", "properties": {"at": {"type": "string"}}},
}
CALL = '<tool_call>\n{"name": "look", "arguments": {"at": "sky"}}\n</tool_call>'
both_ways = pytest.mark.parametrize("stream", [True, False])


async def ask(api: Api, **fields: Any) -> Reply:
    body = {"model": "default", "max_tokens": 100, "messages": [HI], **fields}
    return await api.request("POST", f"{MESSAGES}?beta=true", json=body)


async def count(api: Api, **fields: Any) -> int:
    body = {"model": "default", "messages": [HI], **fields}
    reply = await api.request("POST", f"{MESSAGES}/count_tokens", json=body)
    assert reply.status == 200, reply.body
    return int(reply.json["input_tokens"])


def events_of(reply: Reply) -> list[Any]:
    """The events of a stream; each frame's name is its event's type."""
    events = []
    for frame in reply.frames:
        name, data = frame.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    return events


async def end_of(api: Api, *, stream: bool, **fields: Any) -> dict[str, Any]:
    """How an answer ended, streamed or whole."""
    reply = await ask(api, stream=stream, **fields)
    assert reply.status == 200, reply.body
    if not stream:
        return {key: reply.json[key] for key in ("stop_reason", "stop_sequence")}
    [delta] = [event for event in events_of(reply) if event["type"] == "message_delta"]
    return dict(delta["delta"])


async def test_an_answer_has_all_that_a_message_has(api: Api) -> None:
    num_tokens = len(api.will_say("Hearth answers."))
    reply = await ask(api)
    assert reply.headers["request-id"].startswith("req_")
    message = reply.json
    assert message.pop("id").startswith("msg_")
    assert message == {
        "type": "message",
        "role": "assistant",
        "model": api.model.name,
        "content": [{"type": "text", "text": "Hearth answers."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": await count(api),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": num_tokens,
            "output_tokens_details": {"thinking_tokens": 0},
        },
    }


async def test_a_stream_begins_with_the_message_and_ends_with_its_stop(api: Api) -> None:
    api.will_say("Hearth answers.")
    whole = (await ask(api)).json
    reply = await ask(api, stream=True)
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    first, *deltas, block_end, message_delta, last = events_of(reply)
    assert first["message"] == {
        **whole,
        "id": first["message"]["id"],
        "content": [],
        "stop_reason": None,
        "usage": first["message"]["usage"],
    }
    assert first["message"]["usage"]["input_tokens"] == whole["usage"]["input_tokens"]
    start, *texts = deltas
    assert start["content_block"] == {"type": "text", "text": ""}
    assert "".join(event["delta"]["text"] for event in texts) == "Hearth answers."
    assert len(texts) > 1
    assert block_end == {"type": "content_block_stop", "index": 0}
    assert message_delta == {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": whole["usage"],
    }
    assert last == {"type": "message_stop"}


@both_ways
async def test_the_stop_sequence_that_was_found_is_named(api: Api, *, stream: bool) -> None:
    api.will_say("One two three")
    end = await end_of(api, stream=stream, stop_sequences=["four", " three", "five"])
    assert end == {"stop_reason": "stop_sequence", "stop_sequence": " three"}


@both_ways
async def test_an_answer_with_a_call_ends_for_the_tool(api: Api, *, stream: bool) -> None:
    api.will_say(CALL)
    end = await end_of(api, stream=stream, tools=[LOOK])
    assert end == {"stop_reason": "tool_use", "stop_sequence": None}


@both_ways
async def test_an_answer_at_its_limit_says_so(api: Api, *, stream: bool) -> None:
    api.will_say("One two three")
    end = await end_of(api, stream=stream, max_tokens=2)
    assert end == {"stop_reason": "max_tokens", "stop_sequence": None}


@both_ways
async def test_an_answer_at_the_contexts_end_says_that_instead(
    start_api: StartApi, *, stream: bool
) -> None:
    api = await start_api(context_length=CONTEXT_LENGTH)
    api.will_say("One two three " * 1000)
    end = await end_of(api, stream=stream, max_tokens=5000)
    assert end == {"stop_reason": "model_context_window_exceeded", "stop_sequence": None}


async def test_a_call_is_a_block_with_its_input(api: Api) -> None:
    api.will_say(f"I look.\n{CALL}")
    text, call = (await ask(api, tools=[LOOK])).json["content"]
    assert text == {"type": "text", "text": "I look."}
    assert call.pop("id").startswith("toolu_")
    assert call == {"type": "tool_use", "name": "look", "input": {"at": "sky"}}


async def test_a_stream_has_the_arguments_of_a_call_in_pieces(api: Api) -> None:
    api.will_say(CALL)
    events = events_of(await ask(api, tools=[LOOK], stream=True))
    [start] = [event for event in events if event["type"] == "content_block_start"]
    assert (start["content_block"]["name"], start["content_block"]["input"]) == ("look", {})
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    pieces = [delta["partial_json"] for delta in deltas]
    assert len(pieces) > 1
    assert json.loads("".join(pieces)) == {"at": "sky"}


async def test_thoughts_come_before_the_text_and_are_counted(api: Api) -> None:
    api.will_say("<think>\nA question.\n</think>\n\nAn answer.")
    message = (await ask(api)).json
    assert message["content"] == [
        {"type": "thinking", "thinking": "A question.", "signature": ""},
        {"type": "text", "text": "An answer."},
    ]
    usage = message["usage"]
    assert 0 < usage["output_tokens_details"]["thinking_tokens"] < usage["output_tokens"]


async def test_hidden_thoughts_are_nowhere_in_the_answer(api: Api) -> None:
    api.will_say("<think>\nA question.\n</think>\n\nAn answer.")
    thinking = {"type": "adaptive", "display": "omitted"}
    for stream in (True, False):
        reply = await ask(api, stream=stream, thinking=thinking)
        assert b"question" not in reply.body
        assert b"hearth-reasoning:" in reply.body


async def test_the_model_reads_the_whole_conversation(api: Api) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "sky"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "It is blue."}
    messages = [
        HI,
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result, {"type": "text", "text": "And the sea?"}]},
        {"role": "system", "content": "Be quick."},
    ]
    await ask(api, system="You see colours.", messages=messages, tools=[LOOK])
    prompt = api.last_prompt
    parts = ["You see colours.", "Look at something.", "Hi", "sky", "It is blue.", "And the sea?"]
    places = [prompt.index(part) for part in [*parts, "Be quick."]]
    assert places == sorted(places)


async def test_sampling_is_passed_on(api: Api) -> None:
    await ask(api, temperature=0.25, top_p=0.5, top_k=7)
    sampling = api.last_sequence.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k) == (0.25, 0.5, 7)


async def test_a_format_is_kept_to_by_a_grammar(api: Api) -> None:
    schema = {"type": "object", "properties": {"day": {"type": "integer"}}}
    await ask(api, output_config={"format": {"type": "json_schema", "schema": schema}})
    assert api.last_sequence.grammar is not None


async def test_a_schema_that_cannot_be_kept_to_is_named_as_the_client_did(api: Api) -> None:
    bad = {"type": "object", "properties": {"day": {"type": "day"}}}
    reply = await ask(api, output_config={"format": {"type": "json_schema", "schema": bad}})
    assert reply.status == 400
    assert "'output_config.format'" in reply.json["error"]["message"]
    tools = [{**LOOK, "name": "late", "defer_loading": True}, {**LOOK, "input_schema": bad}]
    reply = await ask(api, tools=tools, tool_choice={"type": "any"})
    assert reply.status == 400
    assert "'tools[1].input_schema'" in reply.json["error"]["message"]


async def test_a_count_is_that_of_the_answers_prompt(api: Api) -> None:
    fields: dict[str, Any] = {"system": "Be brief.", "tools": [LOOK]}
    usage = (await ask(api, **fields)).json["usage"]
    assert await count(api, **fields) == usage["input_tokens"]
    assert await count(api, max_tokens=5, stream=True, **fields) == usage["input_tokens"]
    assert api.engine.num_calls["add"] == 1


async def test_a_prompt_that_is_too_long_is_refused_but_counted(start_api: StartApi) -> None:
    api = await start_api(context_length=CONTEXT_LENGTH)
    long = [{"role": "user", "content": "word " * 3000}]
    num_tokens = await count(api, messages=long)
    assert num_tokens > CONTEXT_LENGTH
    reply = await ask(api, messages=long)
    assert reply.status == 400
    assert reply.json["error"] == {
        "type": "invalid_request_error",
        "message": f"prompt is too long: {num_tokens} tokens > {CONTEXT_LENGTH} maximum",
    }


@pytest.mark.parametrize(
    ("fields", "status", "kind", "part"),
    [
        ({"model": "claude-opus-5"}, 404, "not_found_error", "claude-opus-5"),
        ({"messages": []}, 400, "invalid_request_error", "messages"),
        ({"max_tokens": None}, 400, "invalid_request_error", "max_tokens"),
        ({"container": "c"}, 400, "invalid_request_error", "'container'"),
        (
            {"tool_choice": {"type": "any"}},
            400,
            "invalid_request_error",
            "'tool_choice' asks for a call",
        ),
    ],
)
async def test_an_error_has_anthropics_shape(
    api: Api, fields: dict[str, Any], status: int, kind: str, part: str
) -> None:
    reply = await ask(api, **fields)
    body = reply.json
    assert (reply.status, body["type"], body["error"]["type"]) == (status, "error", kind)
    assert part in body["error"]["message"]
    assert body["request_id"] == reply.headers["request-id"]


async def test_while_the_model_loads_the_server_is_overloaded(start_api: StartApi) -> None:
    load = SlowLoad()
    api = await start_api(make_engine=load, waits=False)
    reply = await ask(api)
    load.may_go_on.set()
    assert (reply.status, reply.json["error"]["type"]) == (529, "overloaded_error")
    assert int(reply.headers["Retry-After"]) > 0


async def test_a_stream_that_fails_ends_with_an_error_and_no_stop(api: Api) -> None:
    api.will_say("One two three four five")
    api.faults.fail_decode(3, FatalEngineError("no memory left"))
    reply = await ask(api, stream=True)
    *events, last = events_of(reply)
    assert reply.status == 200
    assert (last["type"], last["error"]["type"]) == ("error", "overloaded_error")
    assert last["request_id"] == reply.headers["request-id"]
    assert "message_stop" not in {event["type"] for event in events}


async def test_a_long_wait_has_pings(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    body = {"model": "default", "max_tokens": 9, "messages": [HI], "stream": True}
    async with api.http.post(api.url + MESSAGES, json=body) as response:
        for _ in range(2):
            frame = await response.content.readuntil(b"\n\n")
            assert frame == b'event: ping\ndata: {"type":"ping"}\n\n'
        api.gate.open()
        rest = (await response.content.read()).decode()
    frames = [frame for frame in rest.split("\n\n") if not frame.startswith("event: ping")]
    assert frames[0].startswith("event: message_start\n")
    assert frames[-2:] == ['event: message_stop\ndata: {"type":"message_stop"}', ""]


async def test_a_client_that_leaves_frees_its_slot(api: Api) -> None:
    api.will_say("One two three " * 1000)
    api.gate.close(after=2)
    body = {"model": "default", "max_tokens": 3000, "messages": [HI], "stream": True}
    async with api.http.post(api.url + MESSAGES, json=body) as response:
        await response.content.readuntil(b"\n\n")

    def is_freed() -> bool:
        api.gate.let_through(1)
        return not api.engine.sequence_ids

    await eventually(is_freed)
    assert api.engine.num_calls["decode"] < 1000


async def test_fields_and_headers_that_mean_nothing_here_are_let_through(api: Api) -> None:
    body = {
        "model": "default",
        "max_tokens": 9,
        "messages": [HI],
        "metadata": {"user_id": "me"},
        "service_tier": "auto",
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "brand_new": {"deep": [1]},
    }
    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "a,b", "x-api-key": "none"}
    reply = await api.request("POST", MESSAGES, json=body, headers=headers)
    assert reply.status == 200, reply.body


async def test_an_image_is_refused_but_in_a_tools_result(api: Api) -> None:
    image = {"type": "image", "source": {"type": "base64", "data": "AAAA"}}
    call = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [image]}
    reply = await ask(api, messages=[{"role": "user", "content": [image]}])
    assert (reply.status, "messages[0].content[0]" in reply.json["error"]["message"]) == (400, True)
    told = [HI, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    assert (await ask(api, messages=told)).status == 200
    assert "[image left out: this model reads text only]" in api.last_prompt
