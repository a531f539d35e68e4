"""The bundled model through /v1/responses: it is kept to what is asked, and nothing differs."""

import re
from typing import Any, Literal

import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.acceptance.prompts import QUESTIONS

PATTERN = r"[a-z]{3,8}-[0-9]{2}"
CODE: Any = {
    "type": "custom",
    "name": "enter_code",
    "format": {"type": "grammar", "syntax": "regex", "definition": PATTERN},
}


class Verdict(BaseModel):
    """What an article means for a price."""

    direction: Literal["up", "down", "flat"]
    is_certain: bool


async def test_the_text_is_what_a_chat_says(client: AsyncOpenAI) -> None:
    question: Any = {"role": "user", "content": QUESTIONS[0]}
    chat = await client.chat.completions.create(
        model="default", messages=[question], temperature=0, max_tokens=60
    )
    response = await client.responses.create(
        model="default", input=[question], temperature=0, max_output_tokens=60
    )
    assert response.output_text == chat.choices[0].message.content
    assert response.usage is not None
    assert chat.usage is not None
    assert response.usage.output_tokens == chat.usage.completion_tokens


@pytest.mark.parametrize("seed", range(4))
async def test_the_input_of_a_custom_tool_matches_its_expression(
    client: AsyncOpenAI, seed: int
) -> None:
    response = await client.responses.create(
        model="default",
        input="Enter a code.",
        tools=[CODE],
        tool_choice={"type": "custom", "name": "enter_code"},
        temperature=1.0,
        extra_body={"seed": seed},
    )
    call = response.output[-1]
    assert call.type == "custom_tool_call"
    assert re.fullmatch(PATTERN, call.input)


async def test_an_answer_is_parsed_into_a_model(client: AsyncOpenAI) -> None:
    response = await client.responses.parse(
        model="default", input="The price went up.", text_format=Verdict, temperature=1.0
    )
    assert isinstance(response.output_parsed, Verdict)
