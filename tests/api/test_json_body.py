"""Request bodies that are JSON objects, and all the others."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from api.json_body import ARRIVING
from tests.api.conftest import Api, eventually

GOOD = b'{"model": "default", "messages": [{"role": "user", "content": "Hello"}]}'


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"not json", GOOD + b"}", b'{"model": NaN}', b'\xff\xfe{"a": 1}', b"[" * 10_000],
)
async def test_a_body_that_is_not_json_gets_400_without_a_code(api: Api, body: bytes) -> None:
    reply = await api.post_body(body)
    assert (reply.status, reply.error["code"]) == (400, None)
    assert reply.error["message"].startswith("The body is not valid JSON")


@pytest.mark.parametrize("body", ["[]", '"text"', "3", "null", "true"])
async def test_a_body_that_is_not_an_object_gets_invalid_type(api: Api, body: str) -> None:
    reply = await api.post_body(body)
    assert (reply.status, reply.error["code"]) == (400, "invalid_type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded",
    ],
)
async def test_the_content_type_does_not_matter(api: Api, content_type: str) -> None:
    reply = await api.post_body(GOOD, headers={"Content-Type": content_type})
    assert reply.status == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "foo"])
async def test_a_compressed_body_is_refused_unread(api: Api, encoding: str) -> None:
    """A few packed megabytes can unpack to gigabytes, and unpacking holds up the event loop."""
    reply = await api.post_body(gzip.compress(GOOD), headers={"Content-Encoding": encoding})
    assert (reply.status, reply.error["type"]) == (415, "invalid_request_error")
    assert encoding in reply.error["message"]


async def test_a_lone_surrogate_in_a_text_is_the_clients_fault(api: Api) -> None:
    reply = await api.post_body(GOOD.replace(b"Hello", rb"\ud800"))
    assert reply.status == 400
    assert reply.error["type"] == "invalid_request_error"


async def test_bodies_that_arrive_slowly_are_bounded_together(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.json_body.MAX_ARRIVING_BYTES", 1_000)
    is_over = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield GOOD[:9]
        await is_over.wait()
        yield GOOD[9:]

    sized = {"Content-Length": str(len(GOOD))}
    first = asyncio.create_task(api.post_body(slowly(), headers=sized))
    arriving = api.runner.app[ARRIVING]
    await eventually(lambda: arriving.num_bytes == len(GOOD))
    refused = await api.post_body(slowly())
    assert (refused.status, refused.error["code"]) == (503, "too_many_bodies")
    assert refused.headers["Retry-After"] == "1"
    assert (await api.post_body(GOOD)).status == 200
    is_over.set()
    assert (await first).status == 200
    assert arriving.num_bytes == 0
