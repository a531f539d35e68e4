"""LiteLLM's completion, through its provider for any server like OpenAI's and through vLLM's."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.conftest import ServerProcess
from tests.api.conftest import HELLO, Api, eventually
from tests.clients import cases
from tests.clients.conftest import is_freed

# Otherwise it asks the internet for prices when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
litellm = pytest.importorskip("litellm")

logging_worker = pytest.importorskip("litellm.litellm_core_utils.logging_worker")

every_provider = pytest.mark.parametrize("provider", ["openai", "hosted_vllm"])


@pytest_asyncio.fixture(autouse=True)
async def no_log_of_its_own() -> AsyncIterator[None]:
    """It leaves a task for its log behind."""
    yield
    await logging_worker.GLOBAL_LOGGING_WORKER.stop()


def options(url: str, *, provider: str = "openai", **fields: Any) -> dict[str, Any]:
    defaults = {"model": f"{provider}/default", "api_base": f"{url}/v1", "api_key": "none"}
    return {**defaults, "messages": HELLO, "num_retries": 0, "max_retries": 0, **fields}


async def ask(url: str, **fields: Any) -> Any:
    return await litellm.acompletion(**options(url, **fields))


@every_provider
async def test_a_chat(api: Api, provider: str) -> None:
    api.will_say("Hello you")
    answer = await ask(api.url, provider=provider)
    assert answer.choices[0].message.content == "Hello you"
    assert answer.usage.completion_tokens > 0


async def test_a_chat_of_the_synchronous_client(api: Api) -> None:
    api.will_say("Hello you")
    answer: Any = await asyncio.to_thread(lambda: litellm.completion(**options(api.url)))
    assert answer.choices[0].message.content == "Hello you"


@every_provider
async def test_a_stream(api: Api, provider: str) -> None:
    api.will_say("Hello you 😀")
    usage = {"stream_options": {"include_usage": True}}
    stream = await ask(api.url, provider=provider, stream=True, **usage)
    chunks = [chunk async for chunk in stream]
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "Hello you 😀"
    assert chunks[-1].usage.completion_tokens > 0


@every_provider
async def test_a_tool_loop(api: Api, provider: str) -> None:
    api.will_say(cases.CALL, cases.ANSWER)
    fields = {"provider": provider, "tools": [cases.WEATHER_TOOL]}
    first = (await ask(api.url, **fields)).choices[0].message
    [call] = first.tool_calls
    result = cases.get_weather(**json.loads(call.function.arguments))
    tool = {"role": "tool", "tool_call_id": call.id, "content": result}
    last = (await ask(api.url, **fields, messages=[*HELLO, first, tool])).choices[0].message
    assert last.content == cases.ANSWER
    assert cases.WEATHER in api.last_prompt


@every_provider
async def test_structured_output(server: ServerProcess, provider: str) -> None:
    fields = {"provider": provider, "response_format": cases.Verdict, "temperature": 0}
    answer = await ask(server.url, **fields)
    cases.Verdict.model_validate_json(answer.choices[0].message.content)


@every_provider
async def test_an_error_is_the_clients_own_with_our_message(api: Api, provider: str) -> None:
    with pytest.raises(litellm.NotFoundError, match="'gpt-4o' is not served here"):
        await ask(api.url, model=f"{provider}/{cases.NOT_SERVED}")


@every_provider
async def test_a_prompt_that_is_too_long_is_known_as_such(api: Api, provider: str) -> None:
    too_long = [{"role": "user", "content": "word " * api.model.context_length}]
    with pytest.raises(litellm.ContextWindowExceededError):
        await ask(api.url, provider=provider, messages=too_long)


async def test_cancelling_the_task_frees_the_slot(api: Api) -> None:
    api.gate.close()
    asking = asyncio.create_task(ask(api.url, extra_body={"ignore_eos": True}))
    await eventually(lambda: api.batcher.num_running == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await is_freed(api)


async def test_leaving_a_stream_frees_the_slot(api: Api) -> None:
    api.gate.close(after=3)
    stream = await ask(api.url, stream=True, extra_body={"ignore_eos": True})
    await anext(stream)
    await stream.aclose()
    await is_freed(api)
