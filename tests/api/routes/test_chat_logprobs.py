"""Log probabilities: one entry for each token of the content, whole and streamed."""

from typing import Any

import pytest

from tests.api.conftest import Api

TEXT = "비트코인 😀 answers."


def content_of(choice: Any) -> list[Any]:
    return choice["logprobs"]["content"] if choice["logprobs"] else []


def joined(entries: list[Any]) -> str:
    return bytes(byte for entry in entries for byte in entry["bytes"] or []).decode()


async def whole(api: Api, **fields: Any) -> list[Any]:
    return content_of((await api.chat(logprobs=True, **fields)).json["choices"][0])


async def test_the_bytes_of_all_entries_are_the_text(api: Api) -> None:
    token_ids = api.will_say(TEXT)
    entries = await whole(api)
    assert joined(entries) == TEXT
    assert len(entries) == len(token_ids)
    assert {entry["logprob"] for entry in entries} == {0.0}
    assert all(entry["top_logprobs"] == [] for entry in entries)


async def test_half_a_character_is_shown_by_its_bytes(api: Api) -> None:
    assert len(api.will_say("😀")) > 1
    first, *_ = await whole(api)
    assert first["token"] == "\ufffd"
    assert 0 < len(first["bytes"]) < 4


async def test_the_best_tokens_come_with_each_and_minus_infinity_as_a_number(api: Api) -> None:
    api.will_say("one")
    [entry] = await whole(api, top_logprobs=3)
    best, *others = entry["top_logprobs"]
    assert best == {key: entry[key] for key in ("token", "logprob", "bytes")}
    assert [other["logprob"] for other in others] == [-9999.0] * 2
    assert all(other["token"] for other in others)


async def test_a_token_without_text_is_named_and_has_no_bytes(api: Api) -> None:
    api.will_say("one")
    [entry] = await whole(api, top_logprobs=2)
    _, special = entry["top_logprobs"]
    assert special["bytes"] is None
    assert special["token"].startswith("<|")


async def test_each_chunk_has_the_entries_of_its_own_text(api: Api) -> None:
    api.will_say(TEXT)
    events = (await api.chat(logprobs=True, top_logprobs=1, stream=True)).events
    choices = [event["choices"][0] for event in events]
    assert all(joined(content_of(choice)) == choice["delta"]["content"] for choice in choices[:-1])
    streamed = [entry for choice in choices for entry in content_of(choice)]
    assert streamed == await whole(api, top_logprobs=1)


@pytest.mark.parametrize("stop", ["answers", "s.", "nowhere"])
async def test_text_that_waits_for_a_stop_string_brings_its_entries(api: Api, stop: str) -> None:
    api.will_say(TEXT)
    reply = await api.chat(logprobs=True, stop=stop)
    [choice] = reply.json["choices"]
    assert joined(content_of(choice)).startswith(choice["message"]["content"])
    assert len(joined(content_of(choice))) - len(choice["message"]["content"]) < len(" answers")


async def test_reasoning_and_calls_have_no_entries(api: Api) -> None:
    call = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>'
    api.will_say(f"<think>\nHm.\n</think>\n\nIt rains.\n{call}")
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert joined(await whole(api, tools=tools)) == "It rains."


async def test_unasked_there_are_none(api: Api) -> None:
    api.will_say("one")
    assert (await api.chat()).json["choices"][0]["logprobs"] is None
    assert api.last_sequence.sampling.top_logprobs is None


@pytest.mark.parametrize(
    "fields",
    [
        {"top_logprobs": 3},
        {"top_logprobs": 3, "logprobs": False},
        {"logprobs": True, "top_logprobs": 21},
        {"logprobs": True, "top_logprobs": -1},
    ],
)
async def test_a_number_of_best_tokens_that_cannot_be_is_refused(
    api: Api, fields: dict[str, Any]
) -> None:
    reply = await api.chat(**fields)
    assert (reply.status, reply.error["param"]) == (400, "top_logprobs")
