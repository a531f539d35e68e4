"""Ollama's endpoints about models."""

import threading
from datetime import datetime
from typing import Any

import pytest

from api.routes.ollama_models import OLLAMA_VERSION
from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine
from settings import TINY_MODEL_PATH
from tests.api.conftest import Api, StartApi
from tests.api.ollama.conftest import Ollama, error_of

WEIGHT_BYTES = (TINY_MODEL_PATH / "model.safetensors").stat().st_size


@pytest.fixture
def ollama(api: Api) -> Ollama:
    return Ollama(api)


async def test_the_list_has_the_model_with_what_clients_look_for(api: Api) -> None:
    [model] = (await api.get("/api/tags")).json["models"]
    assert datetime.fromisoformat(model.pop("modified_at")).tzinfo
    assert len(bytes.fromhex(model.pop("digest"))) == 32
    assert model == {
        "name": "hearth-tiny-demo:latest",
        "model": "hearth-tiny-demo:latest",
        "size": WEIGHT_BYTES,
        "details": {
            "parent_model": "",
            "format": "safetensors",
            "family": "qwen2",
            "families": ["qwen2"],
            "parameter_size": "2.2M",
            "quantization_level": "BF16",
            "context_length": 8192,
        },
        "capabilities": ["completion", "tools"],
    }


@pytest.mark.parametrize(
    ("name", "listed"),
    [("mlx-community/Some-Model", "mlx-community/Some-Model:latest"), ("some:4b", "some:4b")],
)
async def test_a_name_gets_a_tag_unless_it_has_one(
    start_api: StartApi, name: str, listed: str
) -> None:
    api = await start_api(served_model_name=name)
    [model] = (await api.get("/api/tags")).json["models"]
    assert (model["name"], model["model"]) == (listed, listed)
    assert (await Ollama(api).chat(model=listed)).status == 200


async def test_what_is_shown_has_the_context_where_clients_read_it(
    start_api: StartApi,
) -> None:
    api = await start_api(context_length=2048)
    [listed] = (await api.get("/api/tags")).json["models"]
    for fields in ({"model": listed["name"]}, {"model": None, "name": listed["name"]}):
        body = (await Ollama(api).post("show", **fields)).json
        info = body["model_info"]
        assert info["general.basename"] == "hearth-tiny-demo"
        assert info[f"{info['general.architecture']}.context_length"] == 2048
        assert (body["details"], body["capabilities"]) == (
            listed["details"],
            listed["capabilities"],
        )


async def test_only_a_model_whose_template_knows_reasoning_can_think(api: Api) -> None:
    assert not api.model.can_think
    api.model.tokenizer.chat_templates["default"] += "{{ '</think>' }}"
    [model] = (await api.get("/api/tags")).json["models"]
    assert model["capabilities"] == ["completion", "tools", "thinking"]


async def test_a_loaded_model_runs_and_does_not_expire(api: Api) -> None:
    [model] = (await api.get("/api/ps")).json["models"]
    [listed] = (await api.get("/api/tags")).json["models"]
    assert datetime.fromisoformat(model["expires_at"]).year > datetime.now().year + 100
    assert (model["size_vram"], model["context_length"]) == (WEIGHT_BYTES, 8192)
    assert all(model[key] == listed[key] for key in ("name", "model", "digest", "details"))


async def test_a_model_that_loads_is_listed_and_does_not_run_yet(start_api: StartApi) -> None:
    may_load = threading.Event()

    def make_engine(plan: object, report: object) -> Engine:
        may_load.wait()
        return FakeEngine()

    api = await start_api(make_engine=make_engine, waits=False)
    try:
        assert len((await api.get("/api/tags")).json["models"]) == 1
        assert (await api.get("/api/ps")).json == {"models": []}
        reply = await Ollama(api).chat(messages=[])
        assert (reply.status, error_of(reply)) == (503, "The model is loading.")
        assert "Retry-After" in reply.headers
    finally:
        may_load.set()


async def test_the_version_is_one_that_clients_accept(api: Api) -> None:
    body = (await api.get("/api/version")).json
    assert body == {"version": OLLAMA_VERSION}
    assert tuple(map(int, OLLAMA_VERSION.split("."))) >= (0, 6, 4)


@pytest.mark.parametrize("path", ["/", "/api/tags", "/api/version"])
async def test_clients_may_look_whether_the_server_is_there(api: Api, path: str) -> None:
    assert (await api.request("HEAD", path)).status == 200


async def test_a_model_that_is_served_can_be_pulled(ollama: Ollama) -> None:
    reply = await ollama.post("pull", model="hearth-tiny-demo")
    assert (reply.status, reply.json) == (200, {"status": "success"})
    assert reply.headers["Content-Type"] == "application/x-ndjson"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/pull", {"model": "llama3.2"}),
        ("POST", "/api/push", {"model": "llama3.2"}),
        ("POST", "/api/create", {"model": "mine", "from": "llama3.2"}),
        ("POST", "/api/copy", {"source": "llama3.2", "destination": "mine"}),
        ("DELETE", "/api/delete", {"model": "hearth-tiny-demo"}),
    ],
)
async def test_models_are_not_changed_and_the_error_says_how_to_serve_another(
    api: Api, method: str, path: str, body: dict[str, Any]
) -> None:
    reply = await api.request(method, path, json=body)
    assert reply.status == 400
    assert path in error_of(reply)
    assert "'hearth-tiny-demo'" in error_of(reply)
    assert "--model" in error_of(reply)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nowhere", 404), ("GET", "/api/chat", 405), ("POST", "/api/chat", 400)],
)
async def test_every_error_is_a_text(api: Api, method: str, path: str, status: int) -> None:
    reply = await api.request(method, path)
    assert reply.status == status
    assert error_of(reply)


async def test_what_is_not_served_cannot_be_shown(ollama: Ollama) -> None:
    assert (await ollama.post("show", model="llama3.2")).status == 404
    reply = await ollama.post("show", model=None)
    assert (reply.status, error_of(reply)) == (400, "Missing required parameter: 'model'.")
