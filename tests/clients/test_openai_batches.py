"""OpenAI's Python client and its files and batches, synchronous and not."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types import Batch

from tests.acceptance.conftest import ServerProcess
from tests.acceptance.prompts import question
from tests.api.conftest import CHAT, HELLO, Api

ENDED = ("completed", "failed", "expired", "cancelled")


def work(*custom_ids: str) -> bytes:
    lines = [
        {
            "custom_id": each,
            "method": "POST",
            "url": CHAT,
            "body": {"model": "default", "messages": HELLO, "max_tokens": 4},
        }
        for each in custom_ids
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.fixture
def client(api: Api) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{api.url}/v1", api_key="none", max_retries=0) as client:
        yield client


async def test_every_call_synchronous(api: Api, client: OpenAI) -> None:
    def use() -> Batch:
        file = client.files.create(
            file=("work.jsonl", work("a", "b")),
            purpose="batch",
            expires_after={"anchor": "created_at", "seconds": 3600},
        )
        assert (file.purpose, file.status) == ("batch", "processed")
        assert file.expires_at == file.created_at + 3600
        assert client.files.retrieve(file.id) == file
        assert client.files.content(file.id).read() == work("a", "b")
        assert [each.id for each in client.files.list(purpose="batch")] == [file.id]
        batch = client.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            metadata={"job": "articles"},
        )
        assert (batch.status, batch.metadata) == ("validating", {"job": "articles"})
        return batch

    batch = await asyncio.to_thread(use)
    await api.jobs_ended(batch.id)

    def look_again() -> None:
        ended = client.batches.retrieve(batch.id)
        assert ended.status == "completed"
        assert ended.request_counts
        assert ended.request_counts.completed == 2
        assert ended.output_file_id
        lines = client.files.content(ended.output_file_id).text.splitlines()
        assert {json.loads(each)["custom_id"] for each in lines} == {"a", "b"}
        assert [each.id for each in client.batches.list(limit=1)] == [batch.id]
        with pytest.raises(openai.ConflictError, match="is completed"):
            client.batches.cancel(batch.id)
        assert client.files.delete(batch.input_file_id).deleted
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(batch.input_file_id)

    await asyncio.to_thread(look_again)


async def test_every_call_asynchronous(api: Api) -> None:
    openai = api.openai
    api.gate.close()
    file = await openai.files.create(file=("work.jsonl", work("a")), purpose="batch")
    batch = await openai.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    assert (await openai.batches.cancel(batch.id)).status == "cancelling"
    await api.jobs_ended(batch.id)
    assert (await openai.batches.retrieve(batch.id)).status == "cancelled"
    assert [each.id async for each in openai.batches.list()] == [batch.id]
    files = [each async for each in openai.files.list(limit=1)]
    assert file.id in {each.id for each in files}
    assert (await openai.files.retrieve(file.id)).filename == "work.jsonl"
    assert (await openai.files.content(file.id)).content == work("a")
    assert (await openai.files.delete(file.id)).deleted


async def test_pages_are_followed_to_the_end(api: Api) -> None:
    ids = [
        (await api.openai.files.create(file=("x", b"x"), purpose="user_data")).id for _ in range(5)
    ]
    assert [each.id async for each in api.openai.files.list(limit=2, order="asc")] == ids
    newest_first = [each.id async for each in api.openai.files.list(limit=2)]
    assert newest_first == ids[::-1]


@pytest.mark.tier_all
def test_the_bundled_model_answers_a_batch(server: ServerProcess) -> None:
    with OpenAI(base_url=f"{server.url}/v1", api_key="none") as client:
        body: dict[str, Any] = {"model": "default", "messages": question("Hello"), "max_tokens": 8}
        lines = [
            {"custom_id": f"a{number}", "method": "POST", "url": CHAT, "body": body}
            for number in range(20)
        ]
        content = "\n".join(map(json.dumps, lines)).encode()
        file = client.files.create(file=("work.jsonl", content), purpose="batch")
        batch = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        while batch.status not in ENDED:
            batch = client.batches.retrieve(batch.id)
        assert batch.status == "completed"
        assert batch.output_file_id
        outputs = client.files.content(batch.output_file_id).text.splitlines()
        texts = [
            json.loads(each)["response"]["body"]["choices"][0]["message"]["content"]
            for each in outputs
        ]
        assert len(texts) == 20
        # float32: equal prompts have equal greedy answers, whatever else is in the batch
        assert client.chat.completions.create(**body).choices[0].message.content
