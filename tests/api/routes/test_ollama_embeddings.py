"""POST /api/embed and /api/embeddings, as Ollama's clients use them."""

import asyncio
from array import array
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from batching.engine.fake import fake_vector
from model_plan import make_planned_engine
from tests.api.conftest import Api, StartApi, embedder_folder, eventually
from tests.api.ollama.conftest import Ollama, error_of

SIZE = 192
CONTEXT = 2048


@pytest_asyncio.fixture
async def api(start_api: StartApi, tmp_path: Path) -> Api:
    """The app with an embedding model of a short context."""
    folder = embedder_folder(tmp_path / "embedder", is_matryoshka=True)
    return await start_api(model=str(folder), context_length=CONTEXT)


@pytest.fixture
def ollama(api: Api) -> Ollama:
    return Ollama(api)


def as_made(token_ids: list[int]) -> list[float]:
    return array("f", fake_vector(token_ids, SIZE)).tolist()


def of_length_1(values: list[float]) -> Any:
    length = sum(value**2 for value in values) ** 0.5
    return pytest.approx([value / length for value in values], rel=1e-6)


async def test_each_text_gets_a_vector_of_length_1_in_its_place(api: Api, ollama: Ollama) -> None:
    texts = ["one long text of several words", "two", "four words of text"]
    reply = await ollama.post("embed", input=texts)
    body, encode = reply.json, api.model.tokenizer.encode
    vectors = body.pop("embeddings")
    assert vectors == [of_length_1(as_made(encode(text))) for text in texts]
    assert body.pop("total_duration") >= body.pop("load_duration") > 0
    assert body == {
        "model": "default",
        "prompt_eval_count": sum(len(encode(text)) for text in texts),
    }
    assert reply.headers["Content-Type"] == "application/json"


async def test_one_text_needs_no_list(api: Api, ollama: Ollama) -> None:
    [vector] = (await ollama.post("embed", input="Hello")).json["embeddings"]
    assert vector == of_length_1(as_made(api.model.tokenizer.encode("Hello")))


async def test_the_older_form_has_one_vector_as_the_model_makes_it(
    api: Api, ollama: Ollama
) -> None:
    body = (await ollama.post("embeddings", prompt="Hello")).json
    assert body == {"embedding": as_made(api.model.tokenizer.encode("Hello"))}


@pytest.mark.parametrize("fields", [{}, {"truncate": True}])
async def test_a_text_that_is_too_long_is_cut_unless_told_otherwise(
    api: Api, ollama: Ollama, fields: dict[str, Any]
) -> None:
    token_ids = api.model.tokenizer.encode("word " * 3000)
    reply = await ollama.post("embed", input=["one", "word " * 3000], **fields)
    assert reply.json["embeddings"][1] == of_length_1(as_made(token_ids[:CONTEXT]))
    one = len(api.model.tokenizer.encode("one"))
    assert reply.json["prompt_eval_count"] == one + CONTEXT


@pytest.mark.parametrize(
    ("path", "fields", "name"),
    [
        ("embed", {"input": ["one", "word " * 3000], "truncate": False}, "input[1]"),
        ("embed", {"input": "word " * 3000, "truncate": False}, "input"),
        ("embeddings", {"prompt": "word " * 3000}, "prompt"),
    ],
)
async def test_one_that_must_not_be_cut_is_refused_by_name(
    ollama: Ollama, path: str, fields: dict[str, Any], name: str
) -> None:
    reply = await ollama.post(path, **fields)
    assert reply.status == 400
    assert f"maximum context length is {CONTEXT} tokens. However, '{name}'" in error_of(reply)


async def test_a_vector_is_cut_to_the_dimensions_that_are_asked_for(ollama: Ollama) -> None:
    [whole] = (await ollama.post("embed", input="Hello", dimensions=0)).json["embeddings"]
    [vector] = (await ollama.post("embed", input="Hello", dimensions=3)).json["embeddings"]
    assert len(whole) == SIZE
    assert vector == of_length_1(whole[:3])


@pytest.mark.parametrize(
    ("path", "fields", "reason"),
    [
        ("embed", {"input": 5}, "'input': a text or a list of texts"),
        ("embed", {"input": ["x", 5]}, "'input': a text or a list of texts"),
        ("embed", {"input": ["x", ""]}, "'input[1]': it is empty"),
        ("embed", {"input": "x", "dimensions": -1}, "'dimensions'"),
        ("embed", {"input": "x", "dimensions": SIZE + 1}, "'dimensions'"),
        ("embed", {"input": "x", "truncate": "yes"}, "'truncate'"),
        ("embed", {"input": "x", "options": []}, "'options'"),
        ("embed", {"input": "x", "template": "x"}, "'template'"),
        ("embeddings", {"prompt": ["x"]}, "'prompt'"),
    ],
)
async def test_what_is_wrong_is_named(
    ollama: Ollama, path: str, fields: dict[str, Any], reason: str
) -> None:
    reply = await ollama.post(path, **fields)
    assert (reply.status, reason in error_of(reply)) == (400, True), reply.body


@pytest.mark.parametrize("fields", [{}, {"input": []}, {"input": ""}, {"input": None}])
async def test_without_an_input_it_is_asked_whether_the_model_is_there(
    api: Api, ollama: Ollama, fields: dict[str, Any]
) -> None:
    fields = {"keep_alive": "5m", **fields}
    assert (await ollama.post("embed", **fields)).json == {"model": "default", "embeddings": []}
    assert (await ollama.post("embeddings", keep_alive=0)).json == {"embedding": []}
    assert api.engine.num_calls["add"] == 0


async def test_what_says_how_ollama_runs_a_model_is_ignored(ollama: Ollama) -> None:
    fields: dict[str, Any] = {"keep_alive": "5m", "options": {"num_ctx": 9, "temperature": 0}}
    assert (await ollama.post("embed", input="x", **fields)).status == 200
    assert (await ollama.post("embeddings", prompt="x", **fields)).status == 200


async def test_an_embedding_model_says_what_it_can(api: Api, ollama: Ollama) -> None:
    [listed] = (await api.get("/api/tags")).json["models"]
    shown = (await ollama.post("show", model=listed["name"])).json
    assert listed["capabilities"] == shown["capabilities"] == ["embedding"]
    assert shown["model_info"]["qwen2.embedding_length"] == SIZE


async def test_an_embedding_model_neither_chats_nor_goes_on_with_texts(ollama: Ollama) -> None:
    for reply in (await ollama.chat(), await ollama.generate(), await ollama.generate(raw=True)):
        assert (reply.status, "embeddings, not text" in error_of(reply)) == (400, True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [("embed", {"input": "x"}), ("embed", {}), ("embeddings", {"prompt": "x"})],
)
async def test_a_chat_model_says_that_it_makes_no_embeddings(
    start_api: StartApi, path: str, fields: dict[str, Any]
) -> None:
    reply = await Ollama(await start_api()).post(path, **fields)
    assert (reply.status, "text, not embeddings" in error_of(reply)) == (400, True)


async def test_a_model_that_loads_says_so(start_api: StartApi, tmp_path: Path) -> None:
    api = await start_api(model=str(embedder_folder(tmp_path / "other")), waits=False)
    for fields in ({"input": "x"}, {}):
        reply = await Ollama(api).post("embed", **fields)
        assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
    await api.batcher.settled.wait()


async def test_a_client_that_leaves_frees_its_slot(api: Api, ollama: Ollama) -> None:
    api.gate.close()
    asking = asyncio.create_task(ollama.post("embed", input=["one", "two"]))
    await eventually(lambda: api.batcher.num_running == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    api.gate.open()
    await api.holds_nothing()


async def test_both_dialects_have_the_same_vectors(start_api: StartApi, tmp_path: Path) -> None:
    """On MLX, whose model here normalises by itself."""
    api = await start_api(
        model=str(embedder_folder(tmp_path / "other")), make_engine=make_planned_engine
    )
    [vector] = (await Ollama(api).post("embed", input="one text")).json["embeddings"]
    answer = await api.openai.embeddings.create(model="default", input="one text")
    assert vector == pytest.approx(answer.data[0].embedding, abs=1e-6)
