"""A POST that is sent again with its key is answered again, and not done again."""

import asyncio
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import pytest

from api import idempotency
from tests.api.conftest import CHAT, Api, Reply, StartApi, eventually, minimal_chat, step_until


async def ask(api: Api, key: str, *, path: str = CHAT, **fields: Any) -> Reply:
    return await api.request(
        "POST", path, json=minimal_chat(**fields), headers={"Idempotency-Key": key}
    )


def num_computed(api: Api) -> int:
    return api.engine.num_calls["add"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (CHAT, {}),
        (CHAT, {"stream": True}),
        ("/v1/messages", {"max_tokens": 9, "stream": True}),
        ("/api/chat", {}),
        ("/tokenize", {}),
    ],
)
async def test_the_same_request_gets_the_same_bytes(
    api: Api, path: str, fields: dict[str, Any]
) -> None:
    key = str(uuid.uuid4())
    first, second = [await ask(api, key, path=path, **fields) for _ in "ab"]
    assert (second.status, second.body) == (first.status, first.body) == (200, first.body)
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert num_computed(api) <= 1


async def test_another_body_or_path_is_refused(api: Api) -> None:
    await ask(api, "a")
    for reply in (await ask(api, "a", max_tokens=3), await ask(api, "a", path="/tokenize")):
        assert reply.status == 422
        assert reply.error["code"] == "idempotency_key_reused"
        assert reply.error["param"] == "Idempotency-Key"
        assert "new key" in reply.error["message"]
    assert num_computed(api) == 1


async def test_another_key_is_another_request(api: Api) -> None:
    first, second = await ask(api, "a"), await ask(api, "b")
    assert first.json["id"] != second.json["id"]
    assert num_computed(api) == 2


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_while_the_first_runs_the_second_is_told_to_wait(api: Api, is_streamed: bool) -> None:
    api.gate.close()
    first = asyncio.create_task(ask(api, "a", stream=is_streamed))
    await eventually(lambda: api.batcher.num_running == 1)
    second = await ask(api, "a", stream=is_streamed)
    assert (second.status, second.error["code"]) == (409, "idempotency_key_in_use")
    assert (second.headers["Retry-After"], second.headers["x-should-retry"]) == ("1", "true")
    other = await ask(api, "a", max_tokens=3)
    assert other.status == 422
    api.gate.open()
    assert (await first).status == 200
    assert (await ask(api, "a", stream=is_streamed)).body == (await first).body


async def test_what_went_wrong_is_tried_again(api: Api) -> None:
    api.faults.fail_prefill(1, RuntimeError("broken"))
    statuses = [(await ask(api, "a")).status for _ in range(3)]
    assert statuses == [500, 200, 200]
    assert (await ask(api, "b", temperature=9)).status == 400
    assert (await ask(api, "b")).status == 200


async def test_a_stream_that_failed_is_not_replayed(api: Api) -> None:
    api.will_say("one two three")
    api.faults.fail_decode(2, RuntimeError("broken"))
    api.faults.fail_decode(3, RuntimeError("broken"))
    failed = await ask(api, "a", stream=True)
    assert b"internal_error" in failed.body
    again = await ask(api, "a", stream=True)
    assert again.streamed_text == "one two three"


async def test_a_client_that_left_is_answered_when_it_comes_back(api: Api) -> None:
    api.gate.close(after=1)
    fields: dict[str, Any] = {"stream": True, "ignore_eos": True, "max_tokens": 500}
    headers = {"Idempotency-Key": "a"}
    async with api.http.post(api.url + CHAT, json=minimal_chat(**fields), headers=headers):
        pass
    await step_until(api, lambda: not api.engine.sequence_ids)
    api.gate.open()
    assert (await ask(api, "a", **fields)).status == 200
    assert num_computed(api) == 2


async def test_a_batch_whose_response_was_cut_off_is_not_created_twice(
    api: Api, tmp_path: Path
) -> None:
    file = await api.openai.files.create(file=("in.jsonl", b"{}"), purpose="batch")
    body = {
        "input_file_id": file.id,
        "endpoint": CHAT,
        "completion_window": "24h",
    }
    headers = {"Idempotency-Key": "a"}

    def create() -> asyncio.Task[Reply]:
        return asyncio.create_task(api.request("POST", "/v1/batches", json=body, headers=headers))

    with sqlite3.connect(tmp_path / "jobs/jobs.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody else can write
        cut_off = create()
        await eventually(
            lambda: any(task.get_name().endswith(" begins") for task in asyncio.all_tasks())
        )
        cut_off.cancel()
        await asyncio.wait({cut_off})
        uncached = {**headers, "Cache-Control": "no-store"}
        while (await api.request("POST", "/tokenize", json={}, headers=uncached)).status == 422:
            pass  # the server has not seen yet that the client left
        other.execute("ROLLBACK")
    other.close()
    again = await create()
    assert "Idempotent-Replayed" not in again.headers
    batch = again.json
    assert [each.id async for each in api.openai.batches.list()] == [batch["id"]]


async def test_a_restart_forgets_nothing(start_api: StartApi) -> None:
    first = await start_api()
    _, replayed = [await ask(first, "a", stream=True) for _ in "ab"]  # now it is on the disk
    second = await start_api()
    assert (await ask(second, "a", stream=True)).body == replayed.body
    assert num_computed(second) == 0


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    reply = await ask(api, key)
    assert (reply.status, reply.error["param"]) == (400, "Idempotency-Key")
    assert f"it has {len(key)} characters" in reply.error["message"]


async def test_a_response_that_is_too_long_is_made_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MAX_RESPONSE_BYTES", 10)
    for _ in range(2):
        assert "Idempotent-Replayed" not in (await ask(api, "a")).headers
    assert num_computed(api) == 2


async def test_a_key_on_a_get_is_not_looked_at(api: Api) -> None:
    for _ in range(2):
        reply = await api.request("GET", "/v1/models", headers={"Idempotency-Key": "a"})
        assert "Idempotent-Replayed" not in reply.headers


async def test_bodies_are_held_to_the_same_limits(start_api: StartApi) -> None:
    api = await start_api(max_body_mb=0.001)
    assert (await ask(api, "a", user="x" * 2000)).status == 413
    compressed = {"Idempotency-Key": "a", "Content-Encoding": "gzip"}
    assert (await api.request("POST", CHAT, data=b"x", headers=compressed)).status == 415


async def test_a_file_that_cannot_be_used_costs_nobody_an_answer(
    start_api: StartApi, tmp_path: Path
) -> None:
    (tmp_path / "idempotency.db").mkdir()
    api = await start_api()
    assert [(await ask(api, "a")).status for _ in "ab"] == [200, 200]


async def test_what_is_not_to_be_stored_is_not(api: Api) -> None:
    headers = {"Idempotency-Key": "a", "Cache-Control": "no-store"}
    for _ in range(2):
        reply = await api.request("POST", CHAT, json=minimal_chat(), headers=headers)
        assert "Idempotent-Replayed" not in reply.headers
    assert num_computed(api) == 2
