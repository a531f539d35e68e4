"""GET and PUT /admin/log-level."""

from collections.abc import Iterator
from typing import Any

import pytest

from telemetry.log import LEVELS
from tests.api.conftest import Api, Reply

PATH = "/admin/log-level"


@pytest.fixture(autouse=True)
def levels_as_before() -> Iterator[None]:
    LEVELS.start("INFO")
    yield
    LEVELS.start("INFO")


async def put(api: Api, **body: Any) -> Reply:
    return await api.request("PUT", PATH, json=body)


async def test_the_level_is_shown_and_changed(api: Api) -> None:
    assert (await api.get(PATH)).json == {"level": "INFO", "modules": {}}
    assert (await put(api, level="DEBUG")).json == {"level": "DEBUG", "modules": {}}
    assert (await api.get(PATH)).json == {"level": "DEBUG", "modules": {}}
    assert LEVELS.level == "DEBUG"


async def test_a_module_gets_a_level_and_loses_it(api: Api) -> None:
    changed = await put(api, level="DEBUG", module="batching.faults")
    assert changed.json == {"level": "INFO", "modules": {"batching.faults": "DEBUG"}}
    changed = await put(api, level="default", module="batching.faults")
    assert changed.json == {"level": "INFO", "modules": {}}


async def test_default_is_the_level_of_the_start(api: Api) -> None:
    await put(api, level="ERROR")
    assert (await put(api, level="default")).json["level"] == "INFO"


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({}, "level", "Missing required parameter"),
        ({"level": "LOUD"}, "level", "'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'default'"),
        ({"level": "debug"}, "level", "got 'debug'"),
        ({"level": 10}, "level", "got 10"),
        ({"level": "DEBUG", "module": "batchin"}, "module", "no module 'batchin' is loaded"),
        ({"level": "DEBUG", "module": ""}, "module", "at least 1 character"),
    ],
)
async def test_a_wrong_body_is_refused_by_name(
    api: Api, body: dict[str, Any], param: str, words: str
) -> None:
    reply = await put(api, **body)
    assert reply.status == 400
    assert reply.error["param"] == param
    assert words in reply.error["message"]
    assert LEVELS.level == "INFO"


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_who_comes_through_a_proxy_is_refused(api: Api, method: str, header: str) -> None:
    body = {"level": "DEBUG"}
    reply = await api.request(method, PATH, json=body, headers={header: "127.0.0.1"})
    assert reply.status == 401
    assert reply.error["code"] == "invalid_api_key"
    assert LEVELS.level == "INFO"
