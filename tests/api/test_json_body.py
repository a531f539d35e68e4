"""Request bodies that are JSON objects, and all the others."""

import gzip

import pytest

from tests.api.conftest import Api

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
