"""The fields of a request's log line, and the lines that lead to it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from loguru import logger

from api import undone
from settings import ROOT
from telemetry.log import LEVELS
from telemetry.log_lines import layout_of
from tests.api.conftest import CHAT, HELLO, Api, StartApi, eventually, minimal_chat

SCHEMA = json.loads((ROOT / "docs/log-line.schema.json").read_text(encoding="utf-8"))
STRICT = jsonschema.Draft202012Validator({**SCHEMA, "additionalProperties": False})
SECRET = "qWx3v9ZkT7bN4mLp2RsY8dHc"


class Log(list[str]):
    """The JSON lines so far, at every level."""

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self]

    def said(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.all if line["message"] == message]


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged as JSON; every line of it must be as the schema says."""
    lines = Log()
    layout = layout_of("json", is_console=False)
    sink = logger.add(lines.append, level="DEBUG", format=layout, diagnose=False)
    yield lines
    logger.remove(sink)
    LEVELS.start("INFO")
    for line in lines.all:
        STRICT.validate(line)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_line_has_parameters_and_the_time_of_each_part(
    api: Api, log: Log, *, stream: bool
) -> None:
    num_tokens = len(api.will_say("Hearth answers."))
    await api.chat(stream=stream, temperature=0.5, max_tokens=50, stop=["private"], user="private")
    [line] = log.said("request")
    asked = {"model": api.model.name, "stream": stream, "temperature": 0.5, "max_tokens": 50}
    assert asked.items() <= line.items()
    assert line["client"] == "127.0.0.1"
    assert line["route"] == f"POST {CHAT}"
    assert line["completion_tokens"] == num_tokens
    parts = line["encode_seconds"] + line["queue_wait_seconds"] + line["prefill_seconds"]
    assert parts == pytest.approx(line["ttft_seconds"], abs=0.001)
    assert 0 < line["mean_token_gap_seconds"] <= line["max_token_gap_seconds"]
    assert line["batch_rows"] == 1
    assert "key" not in line
    assert "private" not in "".join(log)


async def test_rows_are_counted_when_the_answer_ends(api: Api, log: Log) -> None:
    api.will_say("One two three.")
    await asyncio.gather(api.chat(), api.chat())
    assert max(line["batch_rows"] for line in log.said("request")) == 2


async def test_a_request_that_is_refused_says_why(api: Api, log: Log) -> None:
    await api.chat(temperature=9)
    [line] = log.said("request")
    assert (line["status"], line["param"]) == (400, "temperature")
    assert line["error"] == "decimal_above_max_value"
    assert "ttft_seconds" not in line


async def test_a_client_that_leaves_is_logged(start_api: StartApi, log: Log) -> None:
    api = await start_api(keep_alive_seconds=0.01)
    api.gate.close()
    async with api.open_stream():
        pass
    await eventually(lambda: api.num_connections == 0)
    api.gate.open()
    await api.holds_nothing()
    await eventually(lambda: bool(log.said("request")))
    [line] = log.said("request")
    assert line["status"] == 499


@pytest.mark.parametrize("stream", [True, False])
async def test_a_fault_of_the_inference_thread_leads_to_its_request(
    api: Api, log: Log, *, stream: bool
) -> None:
    api.faults.fail_prefill(1, RuntimeError("boom"))
    reply = await api.chat(stream=stream)
    [fault] = [line for line in log.all if "RuntimeError: boom" in line.get("exception", "")]
    [line] = log.said("request")
    assert line["id"] == reply.headers["x-request-id"]
    assert [each.partition(".")[0] for each in fault["sequences"].split()] == [line["id"]]
    assert line["status"] == 500
    [failed] = log.said("request failed")
    assert failed["id"] == line["id"]


async def test_what_is_logged_on_the_way_has_the_requests_id(
    api: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undone, "_names_logged", set())  # other tests may have used them all up
    reply = await api.chat(a_field_that_nobody_has_named_before=1)
    [note] = [line for line in log.all if "a_field_that_nobody_has_named" in line["message"]]
    assert note["id"] == reply.headers["x-request-id"]


async def test_a_path_that_is_none_is_no_route_of_its_own(api: Api, log: Log) -> None:
    await api.request("POST", "/v1/nowhere/at/all")
    await api.get("/v1/models/hearth-tiny-demo")
    lost, found = log.said("request")
    assert (lost["route"], lost["path"]) == ("POST *", "'/v1/nowhere/at/all'")
    assert found["route"] == "GET /v1/models/{id}"
    assert "path" not in found


async def test_texts_are_logged_at_debug_only_and_elided(api: Api, log: Log) -> None:
    question = "first " + "and so on " * 500 + "last"
    api.will_say("Hearth answers.")
    LEVELS.start("INFO")
    await api.chat(messages=[{"role": "user", "content": question}])
    assert not [line for line in log.all if "text" in line]
    LEVELS.start("DEBUG")
    await api.chat(messages=[{"role": "user", "content": question}])
    [prompt], [answer] = log.said("prompt"), log.said("answer")
    assert "last" in prompt["text"]
    assert " characters " in prompt["text"]
    assert len(prompt["text"]) < 500
    assert answer["text"] == "Hearth answers."
    assert prompt["level"] == answer["level"] == "DEBUG"


async def test_no_secret_reaches_a_line(start_api: StartApi, log: Log) -> None:
    """The plain one where only the structure protects it, a key's form where text is logged."""
    LEVELS.start("DEBUG")
    api = await start_api()
    key = f"sk-{SECRET}"
    headers = {"Authorization": f"Bearer {SECRET}", "x-api-key": SECRET, "Cookie": f"key={SECRET}"}
    for method, path in (
        *(("GET", "/"), ("GET", "/v1/models"), ("PUT", CHAT), ("POST", "/nowhere")),
        *(("GET", f"/v1/models/{SECRET}"), ("DELETE", f"/v1/files/{SECRET}")),
        *(("POST", f"/{key}/chat"), ("GET", f"/v1/{key}")),
    ):
        await api.request(method, f"{path}?api_key={SECRET}&key={SECRET}", headers=headers)
    for fields in (
        *({"model": SECRET}, {"api_key": SECRET}, {key: 1}, {"temperature": SECRET}),
        *({"user": SECRET}, {"stop": [SECRET]}, {"stream": True, "metadata": {"key": SECRET}}),
        *({"messages": [{"role": SECRET}]}, {"logit_bias": {SECRET: 1}}, {"tools": [{SECRET: 1}]}),
        {"messages": [{"role": "user", "content": f"my key is {key}, Authorization: {SECRET}"}]},
    ):
        body = minimal_chat(**fields)
        await api.request("POST", CHAT, json=body, headers=headers)
    for raw in (f'{{"api_key": "{SECRET}"', f"Bearer {SECRET}", f'["{SECRET}"]'):
        await api.post_body(raw, headers={**headers, "x-request-timeout": SECRET})
    for number, fault in enumerate((RuntimeError(f"Authorization: Bearer {SECRET}"), OSError(key))):
        api.faults.fail_prefill(api.engine.num_calls["prefill"] + 1, fault)
        await api.request(
            "POST", CHAT, json=minimal_chat(stream=bool(number), messages=HELLO), headers=headers
        )
    assert len(log) > 25
    assert [line for line in log if SECRET in line] == []
