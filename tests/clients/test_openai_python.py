"""OpenAI's Python client, synchronous and not."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.acceptance.conftest import ServerProcess
from tests.api.conftest import HELLO, Api, eventually
from tests.clients.cases import (
    ANSWER,
    CALL,
    NOT_SERVED,
    QUESTION,
    WEATHER_TOOL,
    Verdict,
    get_weather,
)
from tests.clients.conftest import is_freed


@pytest.fixture
def client(api: Api) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{api.url}/v1", api_key="none", max_retries=0) as client:
        yield client


async def test_a_chat(api: Api, client: OpenAI) -> None:
    api.will_say("Hello you")
    answer = await asyncio.to_thread(
        client.chat.completions.create, model="default", messages=HELLO
    )
    assert answer.choices[0].message.content == "Hello you"
    assert answer.choices[0].finish_reason == "stop"


async def test_a_stream(api: Api, client: OpenAI) -> None:
    api.will_say("Hello you 😀")

    def read() -> str:
        with client.chat.completions.stream(model="default", messages=HELLO) as stream:
            return "".join(event.delta for event in stream if event.type == "content.delta")

    assert await asyncio.to_thread(read) == "Hello you 😀"


async def test_models_are_listed(api: Api, client: OpenAI) -> None:
    [model] = await asyncio.to_thread(lambda: list(client.models.list()))
    assert (await asyncio.to_thread(client.models.retrieve, model.id)).id == model.id


async def test_a_tool_loop(api: Api) -> None:
    api.will_say(CALL, ANSWER)
    messages: list[Any] = [{"role": "user", "content": QUESTION}]
    while True:
        answer = await api.openai.chat.completions.create(
            model="default", messages=messages, tools=[WEATHER_TOOL]
        )
        message: Any = answer.choices[0].message
        messages.append(message)
        if not message.tool_calls:
            break
        for call in message.tool_calls:
            result = get_weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    assert message.content == ANSWER
    assert get_weather("Oslo") in api.last_prompt


async def test_the_stream_helper_puts_a_call_together(api: Api) -> None:
    api.will_say(CALL)
    async with api.openai.chat.completions.stream(
        model="default", messages=HELLO, tools=[WEATHER_TOOL]
    ) as stream:
        message: Any = (await stream.get_final_completion()).choices[0].message
    assert json.loads(message.tool_calls[0].function.arguments) == {"city": "Oslo"}


async def test_parse_gets_the_shape_it_asks_for(server: ServerProcess) -> None:
    with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
        answer = await asyncio.to_thread(
            client.chat.completions.parse,
            model="default",
            messages=HELLO,
            response_format=Verdict,
            temperature=0,
        )
    assert isinstance(answer.choices[0].message.parsed, Verdict)


async def test_an_error_is_the_clients_own_with_our_message(api: Api, client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="'gpt-4o' is not served here") as caught:
        await asyncio.to_thread(client.chat.completions.create, model=NOT_SERVED, messages=HELLO)
    assert caught.value.code == "model_not_found"
    assert caught.value.request_id


async def test_leaving_a_stream_frees_the_slot(api: Api, client: OpenAI) -> None:
    api.gate.close(after=3)

    def read_one() -> None:
        with client.chat.completions.create(
            model="default", messages=HELLO, stream=True, extra_body={"ignore_eos": True}
        ) as stream:
            next(iter(stream))

    await asyncio.to_thread(read_one)
    await is_freed(api)


async def test_cancelling_the_task_of_a_whole_answer_frees_the_slot(api: Api) -> None:
    api.gate.close()
    asking = asyncio.create_task(
        api.openai.chat.completions.create(
            model="default", messages=HELLO, extra_body={"ignore_eos": True}
        )
    )
    await eventually(lambda: api.batcher.num_running == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await is_freed(api)
