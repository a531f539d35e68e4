"""Embeddings through OpenAI's client and as plain HTTP, on a FakeEngine."""

import asyncio
import base64
from array import array
from pathlib import Path
from typing import Any

import openai
import pytest
import pytest_asyncio

from api.embeddings.schemas import MAX_INPUTS
from batching.engine.fake import fake_vector
from model_plan import make_planned_engine
from tests.api.conftest import CHAT, Api, Reply, StartApi, embedder_folder, eventually, minimal_chat

PATH = "/v1/embeddings"
SIZE = 192


@pytest_asyncio.fixture
async def api(start_api: StartApi, tmp_path: Path) -> Api:
    """The app with an embedding model."""
    return await start_api(model=str(embedder_folder(tmp_path / "embedder")))


async def embed(api: Api, **fields: Any) -> Reply:
    return await api.request("POST", PATH, json={"model": "default", **fields})


def expected(token_ids: list[int]) -> list[float]:
    return array("f", fake_vector(token_ids, SIZE)).tolist()


async def test_openais_client_reads_what_it_asks_for_by_default(api: Api) -> None:
    answer = await api.openai.embeddings.create(model="default", input="Hello")
    token_ids = api.model.tokenizer.encode("Hello")
    assert answer.object == "list"
    assert answer.model == "embedder"
    assert [each.embedding for each in answer.data] == [expected(token_ids)]
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (len(token_ids),) * 2


async def test_vectors_come_in_the_order_of_the_inputs(api: Api) -> None:
    inputs = ["one long text of several words", "two", "a text of some words", "four"]
    answer = await api.openai.embeddings.create(model="default", input=inputs)
    assert [each.index for each in answer.data] == [0, 1, 2, 3]
    encode = api.model.tokenizer.encode
    assert [each.embedding for each in answer.data] == [expected(encode(text)) for text in inputs]


async def test_token_ids_are_inputs_too(api: Api) -> None:
    create = api.openai.embeddings.create
    one = await create(model="default", input=[5, 6, 7])
    several = await create(model="default", input=[[5, 6, 7], [8]])
    assert [each.embedding for each in one.data] == [expected([5, 6, 7])]
    assert [each.embedding for each in several.data] == [expected([5, 6, 7]), expected([8])]
    assert several.usage.prompt_tokens == 4


async def test_floats_are_the_same_numbers_as_base64(api: Api) -> None:
    floats = await embed(api, input=[5, 6])
    packed = await embed(api, input=[5, 6], encoding_format="base64")
    [of_floats], [of_packed] = floats.json["data"], packed.json["data"]
    values = array("f", base64.b64decode(of_packed["embedding"]))
    assert of_floats == {"object": "embedding", "index": 0, "embedding": values.tolist()}
    assert floats.headers["Content-Type"] == "application/json"


async def test_inputs_are_themselves_in_company(start_api: StartApi, tmp_path: Path) -> None:
    """On MLX, with all threads between client and model."""
    folder = embedder_folder(tmp_path / "embedder")
    api = await start_api(model=str(folder), make_engine=make_planned_engine)
    inputs = ["one long text of several words", "two", "word " * 300]
    create = api.openai.embeddings.create
    together = (await create(model="default", input=inputs)).data
    alone = await asyncio.gather(*(create(model="default", input=text) for text in inputs))
    for each, reply in zip(together, alone, strict=True):
        assert each.embedding == pytest.approx(reply.data[0].embedding, abs=1e-4)
        assert sum(value**2 for value in each.embedding) == pytest.approx(1, abs=1e-5)


async def test_a_null_and_an_ignored_field_change_nothing(api: Api) -> None:
    reply = await embed(api, input="Hello", user="me", dimensions=None, priority=1)
    assert reply.status == 200


async def test_the_whole_length_may_be_asked_for(api: Api) -> None:
    reply = await embed(api, input="Hello", dimensions=SIZE)
    assert len(reply.json["data"][0]["embedding"]) == SIZE


async def test_a_vector_is_cut_only_where_the_model_says_so(api: Api) -> None:
    error = (await embed(api, input="Hello", dimensions=8)).error
    assert error["param"] == "dimensions"
    assert "is_matryoshka" in error["message"]


async def test_a_cut_vector_has_length_1_again(start_api: StartApi, tmp_path: Path) -> None:
    folder = embedder_folder(tmp_path / "embedder", is_matryoshka=True)
    api = await start_api(model=str(folder))
    reply = await embed(api, input=[3, 4], dimensions=3)
    assert reply.json["data"][0]["embedding"] == pytest.approx(
        [2 / 29**0.5, 3 / 29**0.5, 4 / 29**0.5]
    )


async def test_declared_lengths_are_the_only_ones(start_api: StartApi, tmp_path: Path) -> None:
    folder = embedder_folder(tmp_path / "embedder", matryoshka_dimensions=[16, 64])
    api = await start_api(model=str(folder))
    assert (await embed(api, input="Hello", dimensions=16)).status == 200
    error = (await embed(api, input="Hello", dimensions=17)).error
    assert "may be cut to 16, 64" in error["message"]
    error = (await embed(api, input="Hello", dimensions=SIZE + 1)).error
    assert (error["param"], error["code"]) == ("dimensions", "integer_above_max_value")


async def test_a_prompt_of_the_model_is_chosen_by_name(api: Api) -> None:
    reply = await embed(api, input="coin", prompt_name="query")
    token_ids = api.model.tokenizer.encode("Find: coin")
    assert reply.json["data"][0]["embedding"] == expected(token_ids)
    error = (await embed(api, input="coin", prompt_name="passage")).error
    assert error["param"] == "prompt_name"
    assert "document, query" in error["message"]


async def test_the_models_default_prompt_is_put_before_texts(
    start_api: StartApi, tmp_path: Path
) -> None:
    api = await start_api(model=str(embedder_folder(tmp_path / "embedder", default="query")))
    token_ids = api.model.tokenizer.encode("Find: coin")
    assert (await embed(api, input="coin")).json["data"][0]["embedding"] == expected(token_ids)


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({}, "input", "missing_required_parameter"),
        ({"input": None}, "input", "missing_required_parameter"),
        ({"input": {"text": "x"}}, "input", "invalid_type"),
        ({"input": 5}, "input", "invalid_type"),
        ({"input": []}, "input", "invalid_value"),
        ({"input": ""}, "input", "invalid_value"),
        ({"input": ["x", ""]}, "input[1]", "invalid_value"),
        ({"input": ["x", 5]}, "input[1]", "invalid_type"),
        ({"input": ["x", None]}, "input[1]", "invalid_type"),
        ({"input": [5, "x"]}, "input", "invalid_value"),
        ({"input": [[5], [3072]]}, "input[1]", "invalid_value"),
        ({"input": [True]}, "input", "invalid_value"),
        ({"input": ["x"] * (MAX_INPUTS + 1)}, "input", "array_above_max_length"),
        ({"input": "x", "encoding_format": "int8"}, "encoding_format", "invalid_value"),
        ({"input": "x", "dimensions": 0}, "dimensions", "integer_below_min_value"),
        ({"input": "x", "dimensions": "64"}, "dimensions", "invalid_type"),
        ({"input": [1] * 8193}, "input", "context_length_exceeded"),
        ({"input": ["x", "x " * 9000]}, "input[1]", "context_length_exceeded"),
        ({"input": "x", "truncate_prompt_tokens": 5}, "truncate_prompt_tokens", None),
        ({"input": "x", "input_type": "query"}, "input_type", None),
    ],
)
async def test_what_is_wrong_is_named(
    api: Api, fields: dict[str, Any], param: str, code: str | None
) -> None:
    reply = await embed(api, **fields)
    assert reply.status == 400
    assert (reply.error["param"], reply.error["code"]) == (param, code or "unsupported_parameter")
    assert len(reply.error["message"]) < 400


async def test_an_unknown_model_is_not_found(api: Api) -> None:
    reply = await embed(api, model="other", input="x")
    assert (reply.status, reply.error["code"]) == (404, "model_not_found")


async def test_as_many_inputs_as_allowed_are_embedded(api: Api) -> None:
    inputs = [[1 + index % 7] * (1 + index % 3) for index in range(MAX_INPUTS)]
    answer = await api.openai.embeddings.create(model="default", input=inputs)
    assert [each.embedding[:2] for each in answer.data] == [[len(each), each[0]] for each in inputs]


async def test_an_embedding_model_does_not_chat(api: Api) -> None:
    reply = await api.request("POST", CHAT, json=minimal_chat())
    assert (reply.status, reply.error["code"]) == (400, "model_not_supported")
    assert "POST /v1/embeddings" in reply.error["message"]


async def test_a_chat_model_makes_no_embeddings(start_api: StartApi) -> None:
    api = await start_api()
    with pytest.raises(openai.BadRequestError, match="text, not embeddings") as raised:
        await api.openai.embeddings.create(model="default", input="Hello")
    assert raised.value.code == "model_not_supported"


async def test_a_model_that_loads_says_so(start_api: StartApi, tmp_path: Path) -> None:
    folder = embedder_folder(tmp_path / "embedder")
    api = await start_api(model=str(folder), waits=False)
    reply = await embed(api, input="x")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
    await api.batcher.settled.wait()


async def test_a_client_that_leaves_frees_its_slot(api: Api) -> None:
    api.gate.close()
    asking = asyncio.create_task(embed(api, input=["one", "two"]))
    await eventually(lambda: api.batcher.num_running == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    api.gate.open()
    await api.holds_nothing()


async def test_a_failed_computation_is_an_error(api: Api) -> None:
    api.faults.fail_reading(99, RuntimeError("out of memory"))
    reply = await embed(api, input=[[5], [99]])
    assert (reply.status, reply.error["code"]) == (500, "internal_error")
    assert reply.headers["x-should-retry"] == "false"
    assert (await embed(api, input=[5])).status == 200


async def test_a_full_queue_is_told_by_429(start_api: StartApi, tmp_path: Path) -> None:
    folder = embedder_folder(tmp_path / "embedder")
    api = await start_api(model=str(folder), max_slots=1, max_waiting_requests=1)
    api.gate.close()
    first = asyncio.create_task(embed(api, input=[5]))
    await eventually(lambda: api.batcher.num_running == 1)
    second = asyncio.create_task(embed(api, input=[5]))
    await eventually(lambda: api.batcher.num_waiting == 1)
    reply = await embed(api, input=[5])
    assert (reply.status, reply.error["code"]) == (429, "rate_limit_exceeded")
    api.gate.open()
    assert [each.status for each in await asyncio.gather(first, second)] == [200, 200]
