"""POST /v1/responses: whole responses, and their items."""

import json
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.api.conftest import Api
from tests.api.responses.conftest import (
    OSLO,
    RESPONSES,
    THOUGHT,
    TOO_LONG,
    WEATHER,
    answer,
    ask,
    call_of,
)


async def test_a_response_has_one_message_with_one_text(api: Api) -> None:
    api.will_say("Hearth answers.")
    response = await answer(api)
    [item] = response["output"]
    assert item["id"].startswith("msg_")
    assert (item["role"], item["status"]) == ("assistant", "completed")
    [part] = item["content"]
    assert part == {
        "type": "output_text",
        "text": "Hearth answers.",
        "annotations": [],
        "logprobs": [],
    }
    assert response["id"].startswith("resp_")
    assert (response["object"], response["status"]) == ("response", "completed")
    assert response["completed_at"] >= response["created_at"]
    assert response["error"] is response["incomplete_details"] is None


async def test_usage_counts_reasoning_and_what_was_cached(api: Api) -> None:
    num_tokens = len(api.will_say(THOUGHT))
    usage = (await answer(api))["usage"]
    assert usage["output_tokens"] == num_tokens
    assert 0 < usage["output_tokens_details"]["reasoning_tokens"] < num_tokens
    assert usage["total_tokens"] == usage["input_tokens"] + num_tokens
    assert usage["input_tokens_details"]["cached_tokens"] == 0


async def test_reasoning_is_an_item_before_the_message(api: Api) -> None:
    api.will_say(THOUGHT)
    reasoning, message = (await answer(api))["output"]
    assert reasoning["id"].startswith("rs_")
    assert reasoning["summary"] == []
    assert reasoning["content"] == [{"type": "reasoning_text", "text": "A question."}]
    assert "encrypted_content" not in reasoning
    assert message["content"][0]["text"] == "An answer."


async def test_calls_are_items_behind_the_text(api: Api) -> None:
    api.will_say(f"Let me look.\n{OSLO}\n{call_of('get_time', {})}")
    message, weather, time = (await answer(api, tools=[WEATHER]))["output"]
    assert message["content"][0]["text"] == "Let me look."
    assert (weather["name"], weather["arguments"]) == ("get_weather", '{"city": "Oslo"}')
    assert (time["name"], time["arguments"]) == ("get_time", "{}")
    assert weather["id"].startswith("fc_")
    assert weather["call_id"].startswith("call_")
    assert weather["call_id"] != time["call_id"]


async def test_an_answer_of_nothing_is_an_empty_message(api: Api) -> None:
    api.will_say("")
    [message] = (await answer(api))["output"]
    assert message["content"][0]["text"] == ""


async def test_an_answer_that_is_cut_off_is_incomplete_and_so_is_its_last_item(api: Api) -> None:
    api.will_say("<think>Hm.</think>one two three four five")
    response = await answer(api, max_output_tokens=12)
    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert response["completed_at"] is None
    assert [item["status"] for item in response["output"]] == ["completed", "incomplete"]
    assert response["usage"]["output_tokens"] == 12


async def test_what_is_left_out_is_told_with_the_values_that_were_used(api: Api) -> None:
    response = await answer(api)
    assert response["temperature"] == api.model.generation_defaults.temperature
    expected: dict[str, Any] = {
        "instructions": None,
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "text": {"format": {"type": "text"}},
        "reasoning": {"effort": None, "summary": None},
        "max_output_tokens": None,
        "top_logprobs": 0,
        "truncation": "disabled",
        "metadata": {},
        "service_tier": "default",
        "store": False,
        "background": False,
        "previous_response_id": None,
    }
    assert response.items() >= expected.items()


async def test_a_response_repeats_its_request(api: Api) -> None:
    fields: dict[str, Any] = {
        "instructions": "Be short.",
        "tools": [WEATHER],
        "tool_choice": {"type": "function", "name": "get_weather"},
        "parallel_tool_calls": False,
        "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "temperature": 0.5,
        "top_p": 0.5,
        "max_output_tokens": 5,
        "metadata": {"key": "value"},
        "user": "somebody",
        "safety_identifier": "hash",
        "prompt_cache_key": "key",
        "service_tier": "flex",
    }
    response = await answer(api, **fields, reasoning={"effort": "low", "summary": "auto"})
    assert response.items() >= fields.items()
    assert response["reasoning"] == {"effort": "low", "summary": None}


async def test_sampling_reaches_the_engine(api: Api) -> None:
    await answer(api, temperature=0.3, top_p=0.4, max_output_tokens=7, top_k=5, seed=3)
    sampling = api.last_sequence.sampling
    assert (sampling.temperature, sampling.top_p) == (0.3, 0.4)
    assert (sampling.top_k, sampling.seed) == (5, 3)
    assert api.last_sequence.max_tokens == 7


async def test_logprobs_come_with_the_text_when_they_are_included(api: Api) -> None:
    token_ids = api.will_say("비트코인 answers.")
    fields = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    part = (await answer(api, **fields))["output"][0]["content"][0]
    assert len(part["logprobs"]) == len(token_ids)
    assert all(len(token["top_logprobs"]) == 2 for token in part["logprobs"])
    assert (
        bytes(byte for token in part["logprobs"] for byte in token["bytes"]).decode()
        == (part["text"])
    )


async def test_top_logprobs_need_their_include(api: Api) -> None:
    reply = await ask(api, top_logprobs=2)
    assert (reply.status, reply.error["param"]) == (400, "top_logprobs")


@pytest.mark.parametrize("text", [{}, {"format": {}}, {"format": None}, None])
async def test_no_format_is_any_text(api: Api, text: Any) -> None:
    response = await answer(api, text=text)
    assert response["text"] == {"format": {"type": "text"}}
    assert api.last_sequence.grammar is None


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "json_object"},
        {"type": "json_schema", "name": "x", "schema": {"type": "object"}, "strict": True},
    ],
)
async def test_a_format_is_kept_to(api: Api, wanted: dict[str, Any]) -> None:
    await answer(api, text={"format": wanted})
    assert api.last_sequence.grammar is not None


async def test_a_schema_that_cannot_be_kept_to_is_refused_by_our_name(api: Api) -> None:
    wanted = {"type": "json_schema", "name": "x", "schema": {"type": "nonsense"}}
    reply = await ask(api, text={"format": wanted})
    assert (reply.status, reply.error["param"]) == (400, "text.format")
    assert "'text.format'" in reply.error["message"]


async def test_the_tokens_of_a_prompt_are_counted(api: Api) -> None:
    fields: dict[str, Any] = {"input": "Hello there", "instructions": "Hm.", "tools": [WEATHER]}
    reply = await api.openai.responses.input_tokens.count(model="default", **fields)
    assert reply.object == "response.input_tokens"
    assert reply.input_tokens == (await answer(api, **fields))["usage"]["input_tokens"]


async def test_a_prompt_that_is_too_long_is_counted_too(api: Api) -> None:
    reply = await api.request("POST", f"{RESPONSES}/input_tokens", json={"input": TOO_LONG})
    assert reply.status == 200, reply.body
    assert reply.json["input_tokens"] > api.model.context_length


async def test_a_prompt_that_is_too_long_is_refused_by_our_name(api: Api) -> None:
    reply = await ask(api, input=TOO_LONG, truncation="auto")
    assert (reply.status, reply.error["code"]) == (400, "context_length_exceeded")
    assert reply.error["param"] == "input"


async def test_the_official_client_reads_a_tool_loop(api: Api) -> None:
    tools: Any = [WEATHER]
    api.will_say(f"<think>Hm.</think>{OSLO}")
    first = await api.openai.responses.create(model="default", input="Oslo?", tools=tools)
    call = first.output[-1]
    assert call.type == "function_call"
    assert json.loads(call.arguments) == {"city": "Oslo"}
    api.will_say("It rains.")
    items: Any = [
        {"role": "user", "content": "Oslo?"},
        *first.output,
        {"type": "function_call_output", "call_id": call.call_id, "output": "rain"},
    ]
    second = await api.openai.responses.create(model="default", input=items, tools=tools)
    assert second.output_text == "It rains."
    assert '{"name": "get_weather", "arguments": {"city": "Oslo"}}' in api.last_prompt
    assert "<tool_response>\nrain\n</tool_response>" in api.last_prompt


async def test_the_official_client_parses_an_answer_into_a_model(api: Api) -> None:
    class Verdict(BaseModel):
        label: str

    api.will_say('{"label": "positive"}')
    response = await api.openai.responses.parse(
        model="default", input="Good news.", text_format=Verdict
    )
    assert response.output_parsed == Verdict(label="positive")
    assert api.last_sequence.grammar is not None


async def test_the_official_client_raises_what_it_should(api: Api) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        await api.openai.responses.create(model="gpt-5", input="Hello")
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as wrong:
        await api.openai.responses.create(model="default", input="Hello", temperature=3)
    assert wrong.value.param == "temperature"
