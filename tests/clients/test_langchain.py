"""langchain-openai's chat model."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from tests.acceptance.conftest import ServerProcess
from tests.api.conftest import Api
from tests.clients import cases
from tests.clients.conftest import is_freed

langchain_openai = pytest.importorskip("langchain_openai")


def chat_model(url: str, **fields: Any) -> Any:
    fields = {"model": "default", "max_retries": 0, **fields}
    return langchain_openai.ChatOpenAI(base_url=f"{url}/v1", api_key="none", **fields)


@pytest.fixture
def model(api: Api) -> Any:
    return chat_model(api.url)


async def test_a_chat(api: Api, model: Any) -> None:
    api.will_say("Hello you")
    answer = await model.ainvoke("Hello")
    assert answer.content == "Hello you"
    assert answer.response_metadata["finish_reason"] == "stop"
    assert answer.usage_metadata["output_tokens"] > 0
    assert (await asyncio.to_thread(model.invoke, "Hello")).content == "Hello you"


async def test_a_stream(api: Api) -> None:
    api.will_say("Hello you 😀")
    model = chat_model(api.url, stream_usage=True)
    chunks = [chunk async for chunk in model.astream("Hello")]
    assert "".join(chunk.content for chunk in chunks) == "Hello you 😀"
    assert [chunk for chunk in chunks if chunk.usage_metadata]


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_tool_loop(api: Api, model: Any, *, is_streamed: bool) -> None:
    api.will_say(cases.CALL, cases.ANSWER)
    asked = model.bind_tools([cases.get_weather])
    messages: list[Any] = [("user", cases.QUESTION)]
    first = await ask(asked, messages, is_streamed=is_streamed)
    [call] = first.tool_calls
    result = cases.get_weather(**call["args"])
    messages += [first, {"role": "tool", "content": result, "tool_call_id": call["id"]}]
    assert (await ask(asked, messages, is_streamed=is_streamed)).content == cases.ANSWER
    assert cases.WEATHER in api.last_prompt


async def ask(model: Any, messages: list[Any], *, is_streamed: bool) -> Any:
    if not is_streamed:
        return await model.ainvoke(messages)
    whole = None
    async for chunk in model.astream(messages):
        whole = chunk if whole is None else whole + chunk
    return whole


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_structured_output(server: ServerProcess, method: str) -> None:
    model = chat_model(server.url, temperature=0)
    structured = model.with_structured_output(cases.Verdict, method=method)
    assert isinstance(await asyncio.to_thread(structured.invoke, "Hello"), cases.Verdict)


async def test_an_error_is_the_clients_own_with_our_message(api: Api) -> None:
    with pytest.raises(openai.NotFoundError, match="'gpt-4o' is not served here"):
        await chat_model(api.url, model=cases.NOT_SERVED).ainvoke("Hello")


async def test_a_prompt_that_is_too_long_is_known_as_such(api: Api, model: Any) -> None:
    too_long = "word " * api.model.context_length
    with pytest.raises(langchain_openai.chat_models.base.OpenAIContextOverflowError):
        await model.ainvoke(too_long)


async def test_leaving_a_stream_frees_the_slot(api: Api, model: Any) -> None:
    api.gate.close(after=3)
    stream: AsyncIterator[Any] = model.astream("Hello", extra_body={"ignore_eos": True})
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    await is_freed(api)
