"""POST /api/chat and /api/generate: answers whole and streamed, errors, and what ends them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from batching.engine.errors import FatalEngineError
from tests.api.conftest import HELLO, Api, StartApi, eventually, step_until
from tests.api.ollama.conftest import OSLO, WEATHER, Ollama, error_of, lines, text_of

COUNTS = {"prompt_eval_count", "eval_count"}
DURATIONS = {"total_duration", "load_duration", "prompt_eval_duration", "eval_duration"}
THOUGHT = "<think>\nA question.\n</think>\n\nAn answer."


@pytest.fixture
def ollama(api: Api) -> Ollama:
    return Ollama(api)


async def test_a_whole_answer_has_every_key_that_ollama_sends(api: Api, ollama: Ollama) -> None:
    num_tokens = len(api.will_say("Hearth answers."))
    body = (await ollama.chat()).json
    created = datetime.fromisoformat(body.pop("created_at"))
    assert abs((datetime.now(UTC) - created).total_seconds()) < 60
    assert all(body.pop(name) > 0 for name in DURATIONS)
    assert body == {
        "model": "default",
        "message": {"role": "assistant", "content": "Hearth answers."},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": len(api.last_sequence.token_ids),
        "eval_count": num_tokens,
    }


async def test_without_a_word_about_it_the_answer_is_a_stream_of_lines(
    api: Api, ollama: Ollama
) -> None:
    api.will_say("Hearth answers.")
    reply = await ollama.post("chat", messages=HELLO)
    *parts, last = lines(reply)
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    assert text_of(parts) == "Hearth answers."
    assert len(parts) > 1
    assert all(set(part) == {"model", "created_at", "message", "done"} for part in parts)
    assert not any(part["done"] for part in parts)
    assert (last["done"], last["done_reason"]) == (True, "stop")
    assert last["message"] == {"role": "assistant", "content": ""}
    assert last.keys() >= COUNTS | DURATIONS


async def test_durations_add_up(ollama: Ollama) -> None:
    body = (await ollama.chat()).json
    parts = [body[name] for name in DURATIONS - {"total_duration"}]
    assert sum(parts) <= body["total_duration"] + len(parts)


async def test_an_answer_to_a_prompt_has_its_text_in_response(api: Api, ollama: Ollama) -> None:
    api.will_say("Hearth answers.")
    whole = (await ollama.generate()).json
    *parts, last = lines(await ollama.generate(stream=True))
    assert whole["response"] == "Hearth answers."
    assert "message" not in whole
    assert "".join(part["response"] for part in parts) == "Hearth answers."
    assert (last["response"], last["done"], last["done_reason"]) == ("", True, "stop")


async def test_a_prompt_is_what_the_user_says_after_the_system_text(
    api: Api, ollama: Ollama
) -> None:
    system = {"role": "system", "content": "Be brief."}
    await ollama.chat(messages=[system, *HELLO])
    prompt = api.last_prompt
    await ollama.generate(prompt=HELLO[0]["content"], system="Be brief.")
    assert api.last_prompt == prompt


async def test_options_reach_the_engine_under_its_names(api: Api, ollama: Ollama) -> None:
    options = {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.1,
        "seed": 7,
        "repeat_penalty": 1.2,
        "presence_penalty": 0.3,
        "frequency_penalty": 0.4,
    }
    await ollama.chat(options=options)
    sampling = api.last_sequence.sampling
    assert sampling.repetition_penalty == options.pop("repeat_penalty")
    assert {name: getattr(sampling, name) for name in options} == options


async def test_num_predict_cuts_the_answer(api: Api, ollama: Ollama) -> None:
    api.will_say("one two three four five")
    body = (await ollama.chat(options={"num_predict": 2})).json
    assert (body["done_reason"], body["eval_count"]) == ("length", 2)


@pytest.mark.parametrize("num_predict", [-1, -2])
async def test_a_negative_num_predict_is_no_limit(
    api: Api, ollama: Ollama, num_predict: int
) -> None:
    api.will_say("one two three four five")
    body = (await ollama.chat(options={"num_predict": num_predict})).json
    assert body["message"]["content"] == "one two three four five"


async def test_a_stop_string_ends_the_answer(api: Api, ollama: Ollama) -> None:
    api.will_say("one two three")
    for stop in ("two", ["two"]):
        body = (await ollama.chat(options={"stop": stop})).json
        assert (body["message"]["content"], body["done_reason"]) == ("one ", "stop")


async def test_reasoning_is_a_field_of_its_own(api: Api, ollama: Ollama) -> None:
    api.will_say(THOUGHT)
    message = (await ollama.chat()).json["message"]
    assert (message["thinking"], message["content"]) == ("A question.", "An answer.")
    streamed = [part["message"] for part in lines(await ollama.chat(stream=True))]
    assert "".join(each.get("thinking", "") for each in streamed) == "A question."
    assert "".join(each["content"] for each in streamed) == "An answer."
    body = (await ollama.generate()).json
    assert (body["thinking"], body["response"]) == ("A question.", "An answer.")


async def test_a_call_comes_whole_with_its_arguments_as_an_object(api: Api, ollama: Ollama) -> None:
    api.will_say(f"Let me look.\n{OSLO}")
    body = (await ollama.chat(tools=[WEATHER])).json
    [call] = body["message"]["tool_calls"]
    assert call.pop("id").startswith("call_")
    function = {"index": 0, "name": "get_weather", "arguments": {"city": "Oslo"}}
    assert call == {"function": function}
    assert (body["message"]["content"], body["done_reason"]) == ("Let me look.", "stop")
    messages = [part["message"] for part in lines(await ollama.chat(tools=[WEATHER], stream=True))]
    [calls] = [message["tool_calls"] for message in messages if "tool_calls" in message]
    assert [each["function"] for each in calls] == [function]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_call_that_is_cut_off_is_content(api: Api, ollama: Ollama, *, stream: bool) -> None:
    num_tokens = len(api.will_say(OSLO))
    options = {"num_predict": num_tokens - 6}
    reply = await ollama.chat(tools=[WEATHER], options=options, stream=stream)
    parts = lines(reply) if stream else [reply.json]
    assert text_of(parts).startswith('get_weather({"city"')
    assert parts[-1]["done_reason"] == "length"
    assert not any("tool_calls" in part["message"] for part in parts)


@pytest.mark.parametrize(
    "asked", ["json", {"type": "object", "properties": {"city": {"type": "string"}}}]
)
async def test_a_format_is_kept_to(api: Api, ollama: Ollama, asked: Any) -> None:
    for ask in (ollama.chat, ollama.generate):
        reply = await ask(format=asked)
        assert reply.status == 200, reply.body
        assert api.last_sequence.grammar is not None


async def test_an_empty_format_is_any_text(api: Api, ollama: Ollama) -> None:
    for nothing in ("", None):
        assert (await ollama.chat(format=nothing)).status == 200
        assert api.last_sequence.grammar is None


async def test_log_probabilities_come_with_the_text_they_are_of(api: Api, ollama: Ollama) -> None:
    token_ids = api.will_say("Hearth answers.")
    whole = (await ollama.chat(logprobs=True, top_logprobs=2)).json["logprobs"]
    parts = lines(await ollama.generate(logprobs=True, top_logprobs=2, stream=True))
    streamed = [entry for part in parts for entry in part.get("logprobs", [])]
    assert streamed == whole
    assert len(whole) == len(token_ids)
    assert whole[0].keys() == {"token", "logprob", "bytes", "top_logprobs"}
    assert len(whole[0]["top_logprobs"]) == 2


@pytest.mark.parametrize("fields", [{"messages": []}, {}, {"messages": None, "keep_alive": 0}])
async def test_a_chat_without_messages_asks_whether_the_model_is_there(
    api: Api, ollama: Ollama, fields: dict[str, Any]
) -> None:
    body = (await ollama.post("chat", **fields)).json
    assert (body["done"], body["done_reason"]) == (True, "load")
    assert body["message"] == {"role": "assistant", "content": ""}
    assert api.engine.num_calls["add"] == 0


async def test_an_empty_prompt_asks_whether_the_model_is_there(ollama: Ollama) -> None:
    body = (await ollama.post("generate", keep_alive="5m")).json
    assert (body["response"], body["done"], body["done_reason"]) == ("", True, "load")


@pytest.mark.parametrize("name", ["hearth-tiny-demo", "hearth-tiny-demo:latest", "default"])
async def test_an_answer_has_the_name_that_was_asked_for(ollama: Ollama, name: str) -> None:
    assert (await ollama.chat(model=name)).json["model"] == name


async def test_an_unknown_model_is_404_and_told_which_one_there_is(ollama: Ollama) -> None:
    for ask in (ollama.chat, ollama.generate):
        reply = await ask(model="llama3.2", stream=True)
        assert reply.status == 404
        assert "'hearth-tiny-demo'" in error_of(reply)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"options": {"temperature": 3}}, "'options.temperature'"),
        ({"options": {"num_predict": 0}}, "'options.num_predict'"),
        ({"options": {"repeat_penalty": 0}}, "'options.repeat_penalty'"),
        ({"options": {"stop": [1]}}, "'options.stop[0]'"),
        ({"options": []}, "'options'"),
        ({"format": "xml"}, "'format'"),
        ({"format": {"type": "nonsense"}}, "'format'"),
        ({"think": "hard"}, "'think'"),
        ({"logprobs": True, "top_logprobs": 21}, "'top_logprobs'"),
        ({"stream": "yes"}, "'stream'"),
        ({"messages": [{"role": "bot", "content": "x"}]}, "'messages[0].role'"),
        ({"messages": [{**HELLO[0], "images": ["aGk="]}]}, "'messages[0].images'"),
        ({"tools": [{"function": {"name": "a b"}}]}, "'tools[0].function.name'"),
    ],
)
async def test_an_error_names_the_field_as_ollamas_clients_know_it(
    api: Api, ollama: Ollama, fields: dict[str, Any], reason: str
) -> None:
    reply = await ollama.chat(**fields)
    assert reply.status == 400
    assert reason in error_of(reply)
    assert api.engine.num_calls["add"] == 0


async def test_a_stream_that_fails_ends_with_a_line_that_says_so(api: Api, ollama: Ollama) -> None:
    api.will_say("one two three four five")
    api.faults.fail_decode(3, FatalEngineError("boom"))
    *parts, last = lines(await ollama.chat(stream=True))
    assert set(last) == {"error"}
    assert parts
    assert not any(part["done"] for part in parts)


async def test_while_nothing_comes_a_space_shows_that_the_server_lives(
    start_api: StartApi,
) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("Hearth answers.")
    body = {"model": "default", "messages": HELLO}
    async with api.http.post(f"{api.url}/api/chat", json=body) as response:
        assert await response.content.read(1) == b" "
        api.gate.open()
        rest = await response.read()
    assert rest.strip().startswith(b'{"model":"default"')
    assert b"\n\n" not in rest


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_frees_its_slot(
    api: Api, ollama: Ollama, *, stream: bool
) -> None:
    num_tokens = len(api.will_say("one " * 2000))
    api.gate.close(after=2)
    asking = asyncio.create_task(ollama.chat(stream=stream), name="client")
    await eventually(lambda: api.batcher.num_running == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await step_until(api, lambda: api.batcher.num_running == 0)
    assert api.engine.num_calls["decode"] < num_tokens
