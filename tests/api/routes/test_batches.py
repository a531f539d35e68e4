"""Batches over HTTP: the whole life of one, and what is refused."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from batching.engine.errors import FatalEngineError
from tests.api.conftest import CHAT, HELLO, Api, StartApi, embedder_folder, eventually, step_until

ENDED = ("completed", "failed", "expired", "cancelled")


def line(custom_id: str, **body: Any) -> dict[str, Any]:
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": CHAT,
        "body": {"model": "default", "messages": HELLO, **body},
    }


async def upload(api: Api, lines: list[Any], **options: Any) -> str:
    content = "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines)
    file = await api.openai.files.create(
        file=("work.jsonl", content.encode()), purpose="batch", **options
    )
    return file.id


async def start_batch(api: Api, lines: list[Any], endpoint: Any = CHAT, **options: Any) -> str:
    batch = await api.openai.batches.create(
        input_file_id=await upload(api, lines),
        endpoint=endpoint,
        completion_window="24h",
        **options,
    )
    assert batch.status == "validating"
    return batch.id


async def wait_for_end(api: Api, batch_id: str) -> Any:
    await api.jobs_ended(batch_id)
    return await api.openai.batches.retrieve(batch_id)


async def read_lines(api: Api, file_id: str | None) -> list[Any]:
    assert file_id
    content = await api.openai.files.content(file_id)
    return [json.loads(each) for each in content.text.splitlines()]


async def test_each_line_is_answered_as_the_live_endpoint_does(api: Api) -> None:
    api.will_say("Good day")
    batch_id = await start_batch(api, [line(f"a{number}") for number in range(5)])
    batch = await wait_for_end(api, batch_id)
    assert batch.status == "completed"
    assert batch.request_counts.model_dump() == {"total": 5, "completed": 5, "failed": 0}
    assert batch.error_file_id is None
    outputs = await read_lines(api, batch.output_file_id)
    assert sorted(each["custom_id"] for each in outputs) == ["a0", "a1", "a2", "a3", "a4"]
    for each in outputs:
        assert each["error"] is None
        assert each["response"]["status_code"] == 200
        assert each["response"]["body"]["choices"][0]["message"]["content"] == "Good day"
    total = sum(each["response"]["body"]["usage"]["total_tokens"] for each in outputs)
    assert batch.usage.total_tokens == total


async def test_what_its_creator_says_of_caches_is_not_said_of_lines(start_api: StartApi) -> None:
    api = await start_api(answer_cache_mb=1)
    asked = {"temperature": 0, "max_tokens": 3}
    headers = {"Cache-Control": "no-store"}
    await wait_for_end(api, await start_batch(api, [line("a", **asked)], extra_headers=headers))
    again = await api.chat(messages=HELLO, **asked)
    assert again.headers["x-hearth-cache"] == "hit"


async def test_a_line_that_is_refused_is_in_the_error_file(api: Api) -> None:
    lines = [line("good"), line("stream", stream=True), line("hot", temperature=9)]
    batch = await wait_for_end(api, await start_batch(api, lines))
    assert batch.status == "completed"
    assert batch.request_counts.model_dump() == {"total": 3, "completed": 1, "failed": 2}
    errors = {each["custom_id"]: each for each in await read_lines(api, batch.error_file_id)}
    assert set(errors) == {"stream", "hot"}
    assert errors["stream"]["response"]["status_code"] == 400
    assert errors["stream"]["response"]["body"]["error"]["param"] == "stream"
    assert errors["hot"]["response"]["body"]["error"]["param"] == "temperature"


async def test_a_file_with_faults_fails_the_batch_and_names_the_lines(api: Api) -> None:
    lines = [line("a"), "{not json", line("a"), {**line("b"), "method": "GET"}]
    batch = await wait_for_end(api, await start_batch(api, lines))
    assert batch.status == "failed"
    assert batch.output_file_id is None
    assert [(each.code, each.line) for each in batch.errors.data] == [
        ("invalid_json_line", 2),
        ("duplicate_custom_id", 3),
        ("invalid_method", 4),
    ]


async def test_a_cancelled_batch_keeps_what_is_finished(api: Api) -> None:
    api.gate.close()
    batch_id = await start_batch(api, [line(f"a{number}") for number in range(9)])
    await eventually(lambda: api.batcher.num_running == 2)
    cancelled = await api.openai.batches.cancel(batch_id)
    assert cancelled.status == "cancelling"
    batch = await wait_for_end(api, batch_id)
    assert batch.status == "cancelled"
    errors = await read_lines(api, batch.error_file_id)
    assert len(errors) == 9
    assert {each["error"]["code"] for each in errors} == {"batch_cancelled"}
    api.gate.open()
    await api.holds_nothing()


async def test_a_chat_overtakes_the_lines_that_wait(api: Api) -> None:
    api.gate.close()
    batch_id = await start_batch(api, [line(f"a{number}") for number in range(30)])
    await eventually(lambda: api.batcher.num_waiting == 2)
    chat = asyncio.create_task(api.chat(), name="chat")
    await eventually(lambda: api.batcher.num_waiting == 3)
    await step_until(api, chat.done)
    assert chat.result().status == 200
    batch = await api.openai.batches.retrieve(batch_id)
    assert batch.request_counts
    assert batch.request_counts.completed < 30
    await api.openai.batches.cancel(batch_id)
    api.gate.open()
    await wait_for_end(api, batch_id)


@pytest.mark.parametrize(
    ("endpoint", "body", "kind"),
    [
        ("/v1/completions", {"prompt": "Once"}, "text_completion"),
        ("/v1/responses", {"input": "Hello"}, "response"),
    ],
)
async def test_other_endpoints_have_their_own_answers(
    api: Api, endpoint: str, body: dict[str, Any], kind: str
) -> None:
    work = {
        "custom_id": "a",
        "method": "POST",
        "url": endpoint,
        "body": {"model": "default", **body},
    }
    batch = await wait_for_end(api, await start_batch(api, [work], endpoint))
    assert batch.status == "completed", batch
    [output] = await read_lines(api, batch.output_file_id)
    assert output["response"]["body"]["object"] == kind
    assert batch.usage.output_tokens >= 1


async def test_an_embedding_model_answers_a_batch_too(start_api: StartApi, tmp_path: Path) -> None:
    api = await start_api(model=str(embedder_folder(tmp_path / "embedder")))
    work = {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/embeddings",
        "body": {"model": "default", "input": ["one", "two"]},
    }
    batch = await wait_for_end(api, await start_batch(api, [work], "/v1/embeddings"))
    assert batch.status == "completed", batch
    [output] = await read_lines(api, batch.output_file_id)
    assert len(output["response"]["body"]["data"]) == 2
    assert batch.usage.input_tokens == output["response"]["body"]["usage"]["prompt_tokens"]


async def test_a_line_on_its_way_when_the_model_ends_is_a_suspect_at_the_next_start(
    start_api: StartApi,
) -> None:
    first = await start_api()
    first.faults.fail_prefill(1, FatalEngineError("the engine cannot go on"))
    batch_id = await start_batch(first, [line("a")])
    await eventually(lambda: first.jobs._runners[batch_id]._asker.suspects == {1})
    await first.jobs.stop()
    second = await start_api()
    [batch] = second.jobs.unfinished
    assert (batch.id, batch.suspects) == (batch_id, (1,))
    assert (await wait_for_end(second, batch_id)).request_counts.completed == 1
