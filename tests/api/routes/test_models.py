"""GET /v1/models and /v1/models/{id}."""

import threading

import pytest

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine
from tests.api.conftest import Api, StartApi


async def test_the_list_has_the_model_with_what_clients_look_for(api: Api) -> None:
    body = (await api.get("/v1/models")).json
    [model] = body["data"]
    assert body["object"] == "list"
    assert isinstance(model.pop("created"), int)
    assert model == {
        "id": "hearth-tiny-demo",
        "object": "model",
        "owned_by": "local",
        "max_model_len": 8192,
    }


async def test_a_shorter_context_is_shown(start_api: StartApi) -> None:
    api = await start_api(context_length=2048)
    assert (await api.get("/v1/models/default")).json["max_model_len"] == 2048


@pytest.mark.parametrize("path", ["mlx-community/Some-Model", "mlx-community%2FSome-Model"])
async def test_an_id_with_a_slash_is_found_plain_or_escaped(start_api: StartApi, path: str) -> None:
    api = await start_api(served_model_name="mlx-community/Some-Model")
    async with api.http.get(f"{api.url}/v1/models/{path}") as response:
        assert response.status == 200
        assert (await response.json())["id"] == "mlx-community/Some-Model"


@pytest.mark.parametrize("alias", ["default", "hearth-tiny-demo"])
async def test_an_alias_is_answered_with_the_models_first_name(
    start_api: StartApi, alias: str
) -> None:
    api = await start_api(served_model_name="first")
    assert (await api.get(f"/v1/models/{alias}")).json["id"] == "first"


async def test_an_unknown_id_is_404(api: Api) -> None:
    reply = await api.get("/v1/models/gpt-4")
    assert (reply.status, reply.error["code"]) == (404, "model_not_found")


async def test_the_official_client_lists_and_retrieves(api: Api) -> None:
    [model] = [model async for model in api.openai.models.list()]
    assert await api.openai.models.retrieve(model.id) == model


async def test_the_list_does_not_wait_for_the_model(start_api: StartApi) -> None:
    may_load = threading.Event()

    def make_engine(plan: object, report: object) -> Engine:
        may_load.wait()
        return FakeEngine()

    api = await start_api(make_engine=make_engine, waits=False)
    try:
        assert (await api.get("/v1/models")).json["data"][0]["id"] == "hearth-tiny-demo"
    finally:
        may_load.set()
