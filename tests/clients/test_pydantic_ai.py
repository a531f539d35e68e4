"""pydantic-ai's agents."""

import asyncio
from typing import Any

import pytest

from tests.acceptance.conftest import ServerProcess
from tests.api.conftest import Api, eventually
from tests.clients import cases
from tests.clients.conftest import is_freed

pydantic_ai = pytest.importorskip("pydantic_ai")
openai_models = pytest.importorskip("pydantic_ai.models.openai")
openai_providers = pytest.importorskip("pydantic_ai.providers.openai")


def agent(url: str, *, model: str = "default", **fields: Any) -> Any:
    provider = openai_providers.OpenAIProvider(base_url=f"{url}/v1", api_key="none")
    chat_model = openai_models.OpenAIChatModel(model, provider=provider)
    return pydantic_ai.Agent(chat_model, retries=0, **fields)


async def test_a_chat(api: Api) -> None:
    api.will_say("Hello you")
    result = await agent(api.url, instructions="Be brief.").run("Hello")
    assert result.output == "Hello you"
    assert result.usage.output_tokens > 0
    assert "Be brief." in api.last_prompt


async def test_a_stream(api: Api) -> None:
    api.will_say("Hello you 😀")
    async with agent(api.url).run_stream("Hello") as result:
        texts = [text async for text in result.stream_text(delta=True, debounce_by=None)]
    assert "".join(texts) == "Hello you 😀"


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_tool_loop(api: Api, *, is_streamed: bool) -> None:
    api.will_say(cases.CALL, cases.ANSWER)
    agent_with_tool = agent(api.url, tools=[cases.get_weather])
    if is_streamed:
        async with agent_with_tool.run_stream(cases.QUESTION) as result:
            output = await result.get_output()
    else:
        output = (await agent_with_tool.run(cases.QUESTION)).output
    assert output == cases.ANSWER
    assert cases.WEATHER in api.last_prompt


@pytest.mark.parametrize("wrap", ["ToolOutput", "NativeOutput"])
async def test_structured_output(server: ServerProcess, wrap: str) -> None:
    """By a tool that must be called, or by a format."""
    output_type = getattr(pydantic_ai, wrap)(cases.Verdict)
    asked = agent(server.url, output_type=output_type, model_settings={"temperature": 0})
    assert isinstance((await asked.run("Hello")).output, cases.Verdict)


async def test_an_error_is_the_clients_own_with_our_message(api: Api) -> None:
    with pytest.raises(pydantic_ai.ModelHTTPError, match="'gpt-4o' is not served here") as caught:
        await agent(api.url, model=cases.NOT_SERVED).run("Hello")
    assert caught.value.status_code == 404


async def test_cancelling_the_task_frees_the_slot(api: Api) -> None:
    api.gate.close()
    endless = {"extra_body": {"ignore_eos": True}}
    asking = asyncio.create_task(agent(api.url, model_settings=endless).run("Hello"))
    await eventually(lambda: api.batcher.num_running == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await is_freed(api)
