"""Anthropic's official Python client, as it is, against the real app on a FakeEngine."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, get_type_hints

import pytest
import pytest_asyncio
from pydantic import BaseModel

from api.anthropic.request_schemas import CountTokensRequest, MessagesRequest
from api.anthropic.undone import IGNORED, REFUSED
from batching.engine.errors import FatalEngineError
from tests.api.conftest import Api, StartApi, api, eventually, start_api

__all__ = ["api", "start_api"]

anthropic: Any = pytest.importorskip("anthropic")

# The connections and generators that the client leaves open are no fault of ours.
pytestmark = [pytest.mark.tier_all, pytest.mark.filterwarnings("ignore")]

ASKED: dict[str, Any] = {
    "model": "default",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "What is the weather in Oslo?"}],
}
WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'


class Verdict(BaseModel):
    """A shape for an answer."""

    direction: str
    days: int


@pytest_asyncio.fixture
async def client(api: Api) -> AsyncIterator[Any]:
    """A client that shall not hide an error by trying again."""
    async with make_client(api) as client:
        yield client
    await asyncio.sleep(0)  # generators that it left behind are closed in a turn of their own


def make_client(api: Api) -> Any:
    return anthropic.AsyncAnthropic(base_url=api.url, api_key="none", max_retries=0)


async def test_a_message(api: Api, client: Any) -> None:
    num_tokens = len(api.will_say("Rain."))
    message = await client.messages.create(**ASKED, system="Be brief.")
    assert message.content == [anthropic.types.TextBlock(type="text", text="Rain.")]
    assert (message.stop_reason, message.role) == ("end_turn", "assistant")
    assert message.usage.output_tokens == num_tokens
    assert message.usage.output_tokens_details.thinking_tokens == 0
    assert message._request_id.startswith("req_")


async def test_a_message_of_the_synchronous_client(api: Api) -> None:
    api.will_say("Rain.")

    def ask() -> Any:
        with anthropic.Anthropic(base_url=api.url, api_key="none") as client:
            return client.messages.create(**ASKED)

    message = await asyncio.to_thread(ask)
    assert message.content[0].text == "Rain."


async def test_the_events_of_a_stream_have_the_clients_types(api: Api, client: Any) -> None:
    api.will_say("<think>Hm.</think>I look.\n" + CALL)
    kinds = []
    stream = await client.messages.create(**ASKED, tools=[WEATHER], stream=True)
    async for event in stream:
        kinds.append(type(event).__name__)
        type(event).model_validate_json(event.model_dump_json(), strict=True)
    assert kinds[0] == "RawMessageStartEvent"
    assert kinds.count("RawContentBlockStartEvent") == kinds.count("RawContentBlockStopEvent") == 3
    assert kinds[-2:] == ["RawMessageDeltaEvent", "RawMessageStopEvent"]


async def test_the_stream_helper_puts_the_message_together(api: Api, client: Any) -> None:
    api.will_say("<think>Hm.</think>I look.\n" + CALL)
    async with client.messages.stream(**ASKED, tools=[WEATHER]) as stream:
        texts = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
    thought, text, call = message.content
    assert (thought.thinking, text.text, call.input) == ("Hm.", "I look.", {"city": "Oslo"})
    assert "".join(texts) == "I look."
    assert message.stop_reason == "tool_use"
    assert message.usage.output_tokens > 0


async def test_a_result_goes_back_to_the_model(api: Api, client: Any) -> None:
    api.will_say(CALL)
    message = await client.messages.create(
        **ASKED, tools=[WEATHER], tool_choice={"type": "tool", "name": "get_weather"}
    )
    [call] = message.content
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "12 degrees"}
    turns = [
        *ASKED["messages"],
        message.to_param(),
        {"role": "user", "content": [result]},
    ]
    api.will_say("It is cold.")
    answer = await client.messages.create(**{**ASKED, "messages": turns}, tools=[WEATHER])
    assert answer.content[0].text == "It is cold."
    assert "12 degrees" in api.last_prompt


async def test_an_answer_in_a_shape(api: Api, client: Any) -> None:
    api.will_say('{"direction": "up", "days": 3}')
    message = await client.messages.parse(**ASKED, output_format=Verdict)
    assert message.parsed_output == Verdict(direction="up", days=3)
    assert api.last_sequence.grammar is not None


async def test_a_stop_sequence(api: Api, client: Any) -> None:
    api.will_say("One two three")
    message = await client.messages.create(**ASKED, stop_sequences=[" three"])
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", " three")


async def test_tokens_are_counted(api: Api, client: Any) -> None:
    count = await client.messages.count_tokens(model="default", messages=ASKED["messages"])
    message = await client.messages.create(**ASKED)
    assert count.input_tokens == message.usage.input_tokens


async def test_betas_are_let_through(api: Api, client: Any) -> None:
    api.will_say("Rain.")
    message = await client.beta.messages.create(
        **ASKED,
        betas=["context-management-2025-06-27"],
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    )
    assert message.content[0].text == "Rain."


async def test_errors_are_raised_as_what_they_are(api: Api, client: Any) -> None:
    with pytest.raises(anthropic.NotFoundError, match="claude-opus-5"):
        await client.messages.create(**{**ASKED, "model": "claude-opus-5"})
    with pytest.raises(anthropic.BadRequestError, match="temperature") as caught:
        await client.messages.create(**ASKED, extra_body={"temperature": 2})
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id.startswith("req_")


async def test_a_stream_that_fails_raises(api: Api, client: Any) -> None:
    api.will_say("One two three four five")
    api.faults.fail_decode(3, FatalEngineError("no memory left"))
    stream = await client.messages.create(**ASKED, stream=True)
    with pytest.raises(anthropic.APIStatusError):
        async for _ in stream:
            pass


async def test_pings_are_read_over(start_api: StartApi) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.will_say("Rain.")
    api.gate.close()
    async with make_client(api) as client:
        stream = await client.messages.create(**ASKED, stream=True)
        api.gate.open()
        kinds = [event.type async for event in stream]
    assert kinds[0] == "message_start"
    assert "ping" not in kinds


async def test_leaving_a_stream_frees_its_slot(api: Api, client: Any) -> None:
    api.will_say("One two three " * 1000)
    api.gate.close(after=2)
    stream = await client.messages.create(**{**ASKED, "max_tokens": 3000}, stream=True)
    async for _ in stream:
        break
    await stream.close()

    def is_freed() -> bool:
        api.gate.let_through(1)
        return not api.engine.sequence_ids

    await eventually(is_freed)
    assert api.engine.num_calls["decode"] < 1000


@pytest.mark.parametrize(
    ("params", "honoured"),
    [
        (
            "message_create_params.MessageCreateParamsNonStreaming",
            MessagesRequest.field_names() | {"stream"},
        ),
        (
            "beta.message_create_params.MessageCreateParamsNonStreaming",
            MessagesRequest.field_names() | {"stream"},
        ),
        (
            "beta.message_count_tokens_params.MessageCountTokensParams",
            CountTokensRequest.field_names(),
        ),
    ],
)
def test_every_field_of_the_client_is_honoured_refused_or_ignored(
    params: str, honoured: frozenset[str]
) -> None:
    kind: Any = anthropic.types
    for name in params.split("."):
        kind = getattr(kind, name)
    fields = get_type_hints(kind).keys()
    assert len(fields) > 8
    assert fields <= honoured | REFUSED.keys() | IGNORED
