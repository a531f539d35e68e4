"""POST /tokenize and /detokenize: what a prompt costs, and the text of tokens."""

from typing import Any

import pytest

from tests.api.conftest import HELLO, Api, StartApi
from tests.api.routes.test_status import SlowLoad

WEATHER = [{"type": "function", "function": {"name": "get_weather"}}]


async def tokenize(api: Api, **body: Any) -> Any:
    reply = await api.request("POST", "/tokenize", json=body)
    assert reply.status == 200, reply.body
    return reply.json


async def test_a_text_is_its_tokens(api: Api) -> None:
    answer = await tokenize(api, prompt="Hello <|im_start|>")
    tokens = api.model.tokenizer.encode("Hello <|im_start|>")
    assert answer == {
        "tokens": tokens,
        "count": len(tokens),
        "max_model_len": api.model.context_length,
        "token_strs": None,
    }


async def test_the_tokens_can_be_named(api: Api) -> None:
    answer = await tokenize(api, prompt="Hello <|im_start|>", return_token_strs=True)
    assert answer["token_strs"] == ["Hel", "lo", "Ġ", "<|im_start|>"]


@pytest.mark.parametrize(
    "fields", [{}, {"tools": WEATHER}, {"tools": WEATHER, "tool_choice": "none"}]
)
async def test_a_chat_is_the_prompt_that_it_would_have(api: Api, fields: dict[str, Any]) -> None:
    usage = (await api.chat(**fields)).json["usage"]
    answer = await tokenize(api, messages=HELLO, **fields)
    assert tuple(answer["tokens"]) == api.last_sequence.token_ids
    assert answer["count"] == usage["prompt_tokens"]


async def test_a_chat_may_be_counted_without_the_beginning_of_an_answer(api: Api) -> None:
    whole = (await tokenize(api, messages=HELLO))["tokens"]
    shorter = (await tokenize(api, messages=HELLO, add_generation_prompt=False))["tokens"]
    assert whole[: len(shorter)] == shorter
    assert len(shorter) < len(whole)


@pytest.mark.parametrize("kind", ["prompt", "messages"])
async def test_what_is_longer_than_the_context_is_counted(api: Api, kind: str) -> None:
    text = "word " * api.model.context_length
    value = text if kind == "prompt" else [{"role": "user", "content": text}]
    answer = await tokenize(api, **{kind: value})
    assert answer["count"] == len(answer["tokens"]) > answer["max_model_len"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "prompt"),
        ({"messages": []}, "prompt"),
        ({"prompt": "a", "messages": HELLO}, "messages"),
        ({"prompt": ["a"]}, "prompt"),
        ({"messages": HELLO, "add_special_tokens": True}, "add_special_tokens"),
        ({"messages": HELLO, "chat_template": "{{ messages }}"}, "chat_template"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, None),
    ],
)
async def test_what_cannot_be_tokenized_is_refused_by_name(
    api: Api, body: dict[str, Any], param: str | None
) -> None:
    reply = await api.request("POST", "/tokenize", json=body)
    assert (reply.status, reply.error["param"]) == (400, param or "messages[0].content[0]")


@pytest.mark.parametrize("path", ["/tokenize", "/v1/tokenize", "/detokenize", "/v1/detokenize"])
async def test_an_unknown_model_is_not_found(api: Api, path: str) -> None:
    body = {"model": "nobody", "prompt": "a", "tokens": [5]}
    assert (await api.request("POST", path, json=body)).status == 404


@pytest.mark.parametrize("text", ["", "Hello <|im_start|>user\n😀 비트코인"])
async def test_there_and_back_is_the_same_text(api: Api, text: str) -> None:
    tokens = (await tokenize(api, prompt=text))["tokens"]
    reply = await api.request("POST", "/v1/detokenize", json={"tokens": tokens})
    assert reply.json == {"prompt": text}


@pytest.mark.parametrize("tokens", [[3072], [5, -1], [1.5], "5", [True]])
async def test_what_is_no_token_is_refused(api: Api, tokens: Any) -> None:
    reply = await api.request("POST", "/detokenize", json={"tokens": tokens})
    assert (reply.status, reply.error["param"].partition("[")[0]) == (400, "tokens")


async def test_a_model_that_loads_takes_none(start_api: StartApi) -> None:
    load = SlowLoad()
    api = await start_api(make_engine=load, waits=False)
    bodies = {"/tokenize": {"prompt": "a"}, "/detokenize": {"tokens": [5]}}
    replies = [await api.request("POST", path, json=body) for path, body in bodies.items()]
    load.may_go_on.set()
    assert [reply.status for reply in replies] == [503, 503]
