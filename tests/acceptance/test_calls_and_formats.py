"""The bundled model does what a client asks for by tools, formats, `n` and `logprobs`.

Its parameters are few: left to itself it would get most of this wrong.
"""

import asyncio
import json
from typing import Any, Literal

import jsonschema
import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.acceptance.prompts import QUESTIONS, question

SAMPLED = {"temperature": 1.0}
WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 20},
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "unit": {"enum": ["celsius", "fahrenheit"]},
    },
    "required": ["city", "unit"],
}
TOOLS: Any = [
    {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "get_time"}},
]
SCHEMAS: dict[str, Any] = {
    "get_weather": WEATHER,
    "get_time": {"type": "object", "maxProperties": 0},
}
NAMED = {"type": "function", "function": {"name": "get_weather"}}
ALLOWED = {
    "type": "allowed_tools",
    "allowed_tools": {
        "mode": "required",
        "tools": [{"type": "function", "function": {"name": "get_time"}}],
    },
}


async def ask(client: AsyncOpenAI, **fields: Any) -> Any:
    defaults = {"model": "default", "messages": question(QUESTIONS[0]), "max_tokens": 200}
    return await client.chat.completions.create(**{**defaults, **fields})


def check_calls(calls: Any, *, names: set[str]) -> None:
    assert calls
    for call in calls:
        assert call.function.name in names
        jsonschema.validate(json.loads(call.function.arguments), SCHEMAS[call.function.name])


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("required", {"get_weather", "get_time"}),
        (NAMED, {"get_weather"}),
        (ALLOWED, {"get_time"}),
    ],
    ids=["required", "named", "allowed"],
)
async def test_calls_that_must_be_made_are_made_with_arguments_of_their_schema(
    client: AsyncOpenAI, choice: Any, names: set[str]
) -> None:
    answers = await asyncio.gather(
        *(
            ask(client, tools=TOOLS, tool_choice=choice, parallel_tool_calls=False, seed=seed)
            for seed in range(8)
        )
    )
    for answer in answers:
        [choice] = answer.choices
        assert choice.finish_reason == "tool_calls"
        assert choice.message.content is None
        check_calls(choice.message.tool_calls, names=names)


async def test_a_streamed_call_is_the_whole_one(client: AsyncOpenAI) -> None:
    fields = {"tools": TOOLS, "tool_choice": NAMED, "seed": 7}
    whole = (await ask(client, **fields)).choices[0].message.tool_calls[0].function
    arguments = ""
    async with await ask(client, stream=True, **fields) as stream:
        async for chunk in stream:
            for call in chunk.choices[0].delta.tool_calls or []:
                arguments += call.function.arguments or ""
    assert arguments == whole.arguments


class Verdict(BaseModel):
    """What an article means for a price."""

    coin: str
    direction: Literal["up", "down", "flat"]
    is_certain: bool


async def test_the_official_clients_parse_gets_what_it_asks_for(client: AsyncOpenAI) -> None:
    messages: Any = question(QUESTIONS[0])
    got = 0
    for seed in range(4):
        try:
            completion = await client.chat.completions.parse(
                model="default",
                messages=messages,
                response_format=Verdict,
                max_tokens=300,
                seed=seed,
            )
        except openai.LengthFinishReasonError:
            continue  # the coin's name had no end
        assert completion.choices[0].message.parsed is not None
        got += 1
    assert got


@pytest.mark.parametrize("tool_choice", ["auto", "none"])
async def test_with_tools_too_the_answer_is_calls_or_json(
    client: AsyncOpenAI, tool_choice: str
) -> None:
    schema = {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"]}
    closed = {**schema, "additionalProperties": False}
    response_format = {"type": "json_schema", "json_schema": {"name": "s", "schema": closed}}
    for seed in range(4):
        answer = await ask(
            client,
            tools=TOOLS,
            tool_choice=tool_choice,
            response_format=response_format,
            parallel_tool_calls=False,
            seed=seed,
        )
        message = answer.choices[0].message
        if message.tool_calls:
            assert tool_choice == "auto"
            check_calls(message.tool_calls, names=set(SCHEMAS))
        else:
            jsonschema.validate(json.loads(message.content), schema)


async def test_several_answers_are_those_of_single_requests(client: AsyncOpenAI) -> None:
    fields = {**SAMPLED, "max_tokens": 30}
    several = await ask(client, n=3, seed=40, **fields)
    singles = [await ask(client, seed=seed, **fields) for seed in (40, 41, 42)]
    assert [choice.message.content for choice in several.choices] == [
        single.choices[0].message.content for single in singles
    ]
    assert several.usage.prompt_tokens == singles[0].usage.prompt_tokens
    assert several.usage.completion_tokens == sum(
        single.usage.completion_tokens for single in singles
    )


async def test_log_probabilities_are_of_the_text_and_the_best_come_first(
    client: AsyncOpenAI,
) -> None:
    answer = await ask(client, temperature=0, max_tokens=40, logprobs=True, top_logprobs=4)
    [choice] = answer.choices
    entries = choice.logprobs.content
    assert bytes(b for entry in entries for b in entry.bytes or []).decode() == (
        choice.message.content
    )
    for entry in entries:
        values = [top.logprob for top in entry.top_logprobs]
        assert values == sorted(values, reverse=True)
        assert entry.logprob == pytest.approx(values[0], abs=1e-4)
