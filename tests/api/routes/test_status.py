"""GET /, /version, /health and /ready, through the whole life of a model."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from batching.engine.fake import FakeEngine
from batching.engine.protocol import Engine, ReportProgress
from settings import read_version
from tests.api.conftest import Api, StartApi, eventually


@dataclass
class SlowLoad:
    """Makes an engine that is half loaded until the test lets it go on."""

    may_go_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self, plan: object, report: ReportProgress) -> Engine:
        report("reading weights", 50)
        self.may_go_on.wait()
        return FakeEngine()


@pytest.fixture
def slow_load() -> Iterator[SlowLoad]:
    load = SlowLoad()
    yield load
    load.may_go_on.set()


async def loading_api(start_api: StartApi, slow_load: SlowLoad) -> Api:
    api = await start_api(make_engine=slow_load, waits=False)
    await eventually(lambda: api.model.progress.stage == "reading weights")
    return api


async def test_the_status_page_shows_model_queue_and_batch(start_api: StartApi) -> None:
    api = await start_api(max_slots=1, max_waiting_requests=7, keep_alive_seconds=0.01)
    api.gate.close()
    api.will_say("one two three")
    async with api.open_stream(), api.open_stream():
        status = (await api.get("/")).json
        api.gate.open()
    assert status.pop("uptime_seconds") >= 0
    assert status["batch"].pop("step_age_seconds") >= 0
    assert status == {
        "name": "hearth",
        "version": read_version(),
        "status": "serving",
        "model": {"id": "hearth-tiny-demo", "context_length": 8192},
        "queue": {"waiting": 1, "max": 7, "refused": 0, "not_begun": 0, "timed_out": 0},
        "batch": {"running": 1, "slots": 1},
        "prefix_cache": None,
        "answer_cache": {
            **{"hits": 0, "shared": 0, "misses": 2},
            **{"answers": 0, "bytes": 0, "max_bytes": 0},
        },
        "jobs": {"batches": 0, "lines_left": 0, "lines_running": 0, "problem": None},
        "notes": [],
    }


async def test_a_head_request_is_answered_without_a_body(api: Api) -> None:
    reply = await api.request("HEAD", "/")
    assert (reply.status, reply.body) == (200, b"")


async def test_a_serving_model_is_healthy_and_ready(api: Api) -> None:
    for path in ("/health", "/ready"):
        reply = await api.get(path)
        assert (reply.status, reply.json) == (200, {"status": "serving"})


async def test_a_loading_model_is_healthy_but_not_ready_and_says_how_far_it_is(
    start_api: StartApi, slow_load: SlowLoad
) -> None:
    api = await loading_api(start_api, slow_load)
    assert (await api.get("/health")).status == 200
    ready = await api.get("/ready")
    assert ready.status == 503
    assert ready.json == {"status": "loading", "stage": "reading weights", "percent": 50}
    assert (await api.get("/")).json["stage"] == "reading weights"


async def test_a_request_to_a_loading_model_is_503_and_says_when_to_come_back(
    start_api: StartApi, slow_load: SlowLoad
) -> None:
    api = await loading_api(start_api, slow_load)
    for stream in (True, False):
        reply = await api.chat(stream=stream)
        assert (reply.status, reply.error["code"]) == (503, "service_unavailable")
        assert "loading" in reply.error["message"]
        assert 1 <= int(reply.headers["Retry-After"]) <= 120


async def test_a_wrong_request_to_a_loading_model_is_still_told_what_is_wrong(
    start_api: StartApi, slow_load: SlowLoad
) -> None:
    api = await loading_api(start_api, slow_load)
    assert (await api.chat(temperature=9)).status == 400
    assert (await api.chat(model="gpt-4")).status == 404


async def test_a_model_is_ready_when_it_is_loaded(start_api: StartApi, slow_load: SlowLoad) -> None:
    api = await loading_api(start_api, slow_load)
    slow_load.may_go_on.set()
    await eventually(lambda: api.model.state == "serving")
    assert (await api.get("/ready")).status == 200


async def test_a_dead_engine_is_neither_healthy_nor_ready(api: Api) -> None:
    api.faults.die_at_decode(1)
    await api.chat()
    for path in ("/health", "/ready"):
        reply = await api.get(path)
        assert (reply.status, reply.json) == (503, {"status": "failed"})
    assert (await api.get("/")).status == 200


async def test_a_draining_server_is_healthy_but_not_ready(api: Api) -> None:
    await api.manager.drain(1)
    assert (await api.get("/health")).status == 200
    reply = await api.get("/ready")
    assert (reply.status, reply.json) == (503, {"status": "draining"})
    refused = await api.chat()
    assert refused.status == 503
    assert "Retry-After" in refused.headers
    assert refused.headers["Connection"] == "close"


async def test_a_serving_server_keeps_connections(api: Api) -> None:
    assert "Connection" not in (await api.get("/ready")).headers


async def test_the_version_is_that_of_setup_cfg(api: Api) -> None:
    assert (await api.get("/version")).json == {"version": read_version()}
