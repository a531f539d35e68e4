"""What is promised of structured output and required calls, on many of each, at a temperature of
1.5: the bundled model alone would hardly get one right."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
from openai import AsyncOpenAI

from tests.acceptance.prompts import QUESTIONS, question
from tests.acceptance.random_schemas import (
    WORDS,
    Schema,
    SchemaWriter,
    gbnf_of,
    lark_of,
    random_pieces,
)

pytestmark = pytest.mark.tier_all

NUM_SCHEMAS = 200
NUM_CALLS = 200
NUM_OTHERS = 40
MAX_TOKENS = 512
NUM_AT_ONCE = 16
TEMPERATURE = 1.5

Requests = Sequence[dict[str, Any]]


async def choices_of(client: AsyncOpenAI, requests: Requests) -> list[Any]:
    """The answers, so many at a time that the queue holds them."""
    places = asyncio.Semaphore(NUM_AT_ONCE)

    async def ask(index: int, fields: dict[str, Any]) -> Any:
        async with places:
            answer: Any = await client.chat.completions.create(
                model="default",
                messages=question(QUESTIONS[index % len(QUESTIONS)]),
                max_tokens=MAX_TOKENS,
                temperature=TEMPERATURE,
                seed=index,
                **fields,
            )
            return answer.choices[0]

    return await asyncio.gather(*(ask(index, fields) for index, fields in enumerate(requests)))


async def test_finished_answers_validate_against_their_schemas_and_most_finish(
    client: AsyncOpenAI,
) -> None:
    writer = SchemaWriter(seed=20)
    schemas = [writer.schema() for _ in range(NUM_SCHEMAS)]
    formats = [
        {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
        for schema in schemas
    ]
    choices = await choices_of(client, [{"response_format": each} for each in formats])
    finished = [
        (schema, choice.message.content)
        for schema, choice in zip(schemas, choices, strict=True)
        if choice.finish_reason == "stop"
    ]
    faults = [fault for schema, text in finished for fault in faults_of(schema, text)]
    print(f"{len(finished)} of {NUM_SCHEMAS} finished; {len(faults)} faults")
    assert not faults
    assert len(finished) >= 0.8 * NUM_SCHEMAS


def faults_of(schema: Schema, text: str) -> list[str]:
    """What is wrong with an answer, formats included as far as the package knows them."""
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return [fault.message for fault in validator.iter_errors(json.loads(text))]


async def test_every_answer_matches_its_regular_expression(client: AsyncOpenAI) -> None:
    patterns = ["".join(random_pieces(seed)) for seed in range(NUM_OTHERS)]
    choices = await choices_of(
        client, [{"extra_body": {"structured_outputs": {"regex": each}}} for each in patterns]
    )
    check_all(choices, patterns)


@pytest.mark.parametrize("write", [lark_of, gbnf_of])
async def test_every_answer_matches_its_grammar(client: AsyncOpenAI, write: Any) -> None:
    all_pieces = [random_pieces(seed) for seed in range(NUM_OTHERS)]
    choices = await choices_of(
        client, [{"extra_body": {"structured_outputs": {"grammar": write(p)}}} for p in all_pieces]
    )
    check_all(choices, ["".join(pieces) for pieces in all_pieces])


async def test_every_answer_is_one_of_its_choices(client: AsyncOpenAI) -> None:
    texts = [[*WORDS[at % 7 : at % 7 + 3], f"choice {at}"] for at in range(NUM_OTHERS)]
    choices = await choices_of(
        client, [{"extra_body": {"structured_outputs": {"choice": each}}} for each in texts]
    )
    check_all(choices, ["|".join(map(re.escape, each)) for each in texts])


def check_all(choices: list[Any], patterns: list[str]) -> None:
    assert Counter(choice.finish_reason for choice in choices) == {"stop": len(patterns)}
    for choice, pattern in zip(choices, patterns, strict=True):
        assert re.fullmatch(pattern, choice.message.content), (pattern, choice.message.content)


SCHEMAS: dict[str, Any] = {
    "get_weather": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 20},
            "days": {"type": "integer", "minimum": 1, "maximum": 7},
            "unit": {"enum": ["celsius", "fahrenheit", "섭씨"]},
        },
        "required": ["city", "unit"],
    },
    "rate": {
        "type": "object",
        "properties": {
            "score": {"type": "integer", "minimum": -100, "maximum": 100},
            "tags": {"type": "array", "items": {"enum": ["up", "down"]}, "maxItems": 3},
            "place": {"$ref": "#/$defs/place"},
        },
        "required": ["score", "tags", "place"],
        "$defs": {
            "place": {
                "type": "object",
                "properties": {"나라": {"type": "string", "pattern": "^[A-Z]{2}$"}},
                "required": ["나라"],
            }
        },
    },
    "get_time": {"type": "object", "properties": {}},
}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": schema}}
    for name, schema in SCHEMAS.items()
]


async def test_calls_that_must_be_made_are_made_and_their_arguments_validate(
    client: AsyncOpenAI,
) -> None:
    names = list(SCHEMAS)
    named = [{"type": "function", "function": {"name": name}} for name in names]
    requests = [
        {
            "tools": TOOLS,
            "tool_choice": "required" if index % 2 else named[index // 2 % len(names)],
            "parallel_tool_calls": False,  # with more it may go on and on
        }
        for index in range(NUM_CALLS)
    ]
    choices = await choices_of(client, requests)
    assert Counter(choice.finish_reason for choice in choices) == {"tool_calls": NUM_CALLS}
    num_calls = Counter[str]()
    for index, choice in enumerate(choices):
        [call] = choice.message.tool_calls
        name = call.function.name
        num_calls[name] += 1
        assert index % 2 or name == names[index // 2 % len(names)]
        assert not faults_of(SCHEMAS[name], call.function.arguments)
    assert num_calls.keys() == SCHEMAS.keys()
