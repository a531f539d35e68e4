"""Ollama's official Python client."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from batching.engine.errors import FatalEngineError
from tests.api.conftest import Api, StartApi, embedder_folder, step_until

ollama = pytest.importorskip("ollama", reason="Ollama's Python client is not installed")

pytestmark = pytest.mark.tier_all

MODEL = "hearth-tiny-demo"
HELLO = [{"role": "user", "content": "Hello"}]
OSLO = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'
CITY = {"type": "object", "properties": {"city": {"enum": ["Oslo"]}}, "required": ["city"]}


def get_weather(city: str) -> str:
    """The weather in a city.

    Args:
        city: Its name.
    """
    return f"Rain in {city}."


@pytest_asyncio.fixture
async def client(api: Api) -> AsyncIterator[Any]:
    async with ollama.AsyncClient(host=api.url) as client:
        yield client


async def test_a_whole_answer(api: Api, client: Any) -> None:
    num_tokens = len(api.will_say("Hearth answers."))
    answer = await client.chat(MODEL, HELLO, options={"temperature": 0, "num_ctx": 4096})
    assert (answer.message.role, answer.message.content) == ("assistant", "Hearth answers.")
    assert (answer.done, answer.done_reason, answer.eval_count) == (True, "stop", num_tokens)
    assert answer.eval_duration > 0


async def test_a_streamed_answer(api: Api, client: Any) -> None:
    api.will_say("<think>A question.</think>Hearth answers.")
    parts = [part async for part in await client.chat(MODEL, HELLO, stream=True, think=True)]
    assert "".join(part.message.thinking or "" for part in parts) == "A question."
    assert "".join(part.message.content for part in parts) == "Hearth answers."
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_a_prompt(api: Api, client: Any) -> None:
    api.will_say("Hearth answers.")
    assert (await client.generate(MODEL, "Hello", system="Be brief.")).response == "Hearth answers."
    parts = [part async for part in await client.generate(MODEL, "Hello", stream=True)]
    assert "".join(part.response for part in parts) == "Hearth answers."


async def test_a_long_wait_for_the_first_token(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("Hearth answers.")
    async with ollama.AsyncClient(host=api.url) as client:
        stream = await client.chat(MODEL, HELLO, stream=True)
        reading = anext(stream)
        api.gate.open()
        first = await reading
        rest = [part async for part in stream]
    assert "".join(part.message.content for part in (first, *rest)) == "Hearth answers."


@pytest.mark.parametrize("stream", [True, False])
async def test_a_tool_is_called_and_its_result_sent_back(
    api: Api, client: Any, *, stream: bool
) -> None:
    api.will_say(OSLO)
    answer = await client.chat(MODEL, HELLO, tools=[get_weather], stream=stream)
    messages = [part.message async for part in answer] if stream else [answer.message]
    [message] = [message for message in messages if message.tool_calls]
    [call] = message.tool_calls
    assert (call.function.name, call.function.arguments) == ("get_weather", {"city": "Oslo"})
    api.will_say("It rains.")
    result = get_weather(**call.function.arguments)
    answered = {"role": "tool", "tool_name": "get_weather", "content": result}
    answer = await client.chat(MODEL, [*HELLO, message, answered], tools=[get_weather])
    assert answer.message.content == "It rains."
    assert '"city": "Oslo"' in api.last_prompt
    assert "Rain in Oslo." in api.last_prompt


async def test_an_answer_in_a_schema(api: Api, client: Any) -> None:
    api.will_say('{"city": "Oslo"}')
    answer = await client.chat(MODEL, HELLO, format=CITY)
    assert answer.message.content == '{"city": "Oslo"}'
    assert api.last_sequence.grammar is not None


async def test_log_probabilities(api: Api, client: Any) -> None:
    token_ids = api.will_say("Hearth answers.")
    answer = await client.chat(MODEL, HELLO, logprobs=True, top_logprobs=2)
    assert len(answer.logprobs) == len(token_ids)
    assert len(answer.logprobs[0].top_logprobs) == 2


async def test_models_are_listed_shown_and_pulled(client: Any) -> None:
    [model] = (await client.list()).models
    assert model.details.family == "qwen2"
    shown = await client.show(model.model)
    assert shown.modelinfo["qwen2.context_length"] == 8192
    assert "tools" in shown.capabilities
    [running] = (await client.ps()).models
    assert running.model == model.model
    assert (await client.pull(model.model)).status == "success"
    assert [each.status async for each in await client.pull(model.model, stream=True)] == [
        "success"
    ]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_bad_request_is_an_error_with_the_reason(client: Any, *, stream: bool) -> None:
    asking = client.chat(MODEL, HELLO, options={"temperature": 9}, stream=stream)
    with pytest.raises(ollama.ResponseError, match=r"options\.temperature") as caught:
        await (anext(await asking) if stream else asking)
    assert caught.value.status_code == 400


async def test_an_unknown_model_is_404(client: Any) -> None:
    with pytest.raises(ollama.ResponseError, match=MODEL) as caught:
        await client.chat("llama3.2", HELLO)
    assert caught.value.status_code == 404


async def test_a_stream_that_fails_raises(api: Api, client: Any) -> None:
    api.will_say("one two three four five")
    api.faults.fail_decode(3, FatalEngineError("boom"))
    parts = await client.chat(MODEL, HELLO, stream=True)
    assert (await anext(parts)).message.content
    with pytest.raises(ollama.ResponseError):
        [part async for part in parts]


async def test_closing_a_stream_frees_the_slot(api: Api, client: Any) -> None:
    num_tokens = len(api.will_say("one " * 2000))
    api.gate.close(after=4)
    stream = await client.chat(MODEL, HELLO, stream=True)
    await anext(stream)
    await stream.aclose()
    await step_until(api, lambda: api.batcher.num_running == 0)
    assert api.engine.num_calls["decode"] < num_tokens


async def test_a_raw_prompt(api: Api, client: Any) -> None:
    api.will_say(" a time.")
    assert (await client.generate(MODEL, "Once upon", raw=True)).response == " a time."
    assert api.last_prompt == "Once upon"


async def test_vectors_of_one_and_of_several_texts(start_api: StartApi, tmp_path: Path) -> None:
    api = await start_api(model=str(embedder_folder(tmp_path / "embedder")))
    async with ollama.AsyncClient(host=api.url) as client:
        one = await client.embed("embedder", "one")
        several = await client.embed("embedder", ["one", "two"], truncate=True, keep_alive="5m")
        older = await client.embeddings("embedder", "one")
    assert [len(vector) for vector in several.embeddings] == [192, 192]
    assert several.embeddings[0] == one.embeddings[0]
    assert several.prompt_eval_count > one.prompt_eval_count > 0
    assert len(older.embedding) == 192


async def test_a_chat_model_makes_no_vectors(client: Any) -> None:
    with pytest.raises(ollama.ResponseError, match="text, not embeddings") as caught:
        await client.embed(MODEL, "one")
    assert caught.value.status_code == 400
