"""What is not HTTP is answered like any other error, and then the connection is closed."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest

from tests.api.conftest import CHAT, Api


async def exchange(api: Api, request: bytes) -> tuple[int, str, bytes]:
    """Status, head and body of the answer; the server must close the connection."""
    address = urlsplit(api.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request)
        async with asyncio.timeout(5):
            answer = await reader.read(-1)
    finally:
        writer.close()
        await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head.decode().lower(), body


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS on a plain port
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: five\r\n\r\n".encode(),
        f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n".encode(),
    ],
)
async def test_malformed_http_gets_an_error_body_and_an_id(api: Api, request_bytes: bytes) -> None:
    status, head, body = await exchange(api, request_bytes)
    error = json.loads(body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (status, error["type"]) == (400, "invalid_request_error")
    assert "x-request-id: req_" in head
    assert "\n" not in error["message"]


async def test_a_body_with_broken_chunks_is_the_clients_fault(api: Api) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    status, _, body = await exchange(api, head.encode() + b"zz\r\nnot a chunk\r\n")
    assert (status, json.loads(body)["error"]["type"]) == (400, "invalid_request_error")


async def test_a_compressed_body_that_is_none_leaves_no_stack_trace(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
    head += "Content-Encoding: gzip\r\n\r\n"
    status, _, _ = await exchange(api, head.encode() + b"{}")
    assert status == 415
    assert not caplog.records  # those of aiohttp


async def test_the_server_serves_on_after_malformed_http(api: Api) -> None:
    await exchange(api, b"hello\r\n\r\n")
    assert (await api.chat()).status == 200
