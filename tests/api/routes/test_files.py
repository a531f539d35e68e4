"""Files over HTTP: what a form may look like, pages, and what is refused."""

import asyncio

import aiohttp
import pytest

from tests.api.conftest import Api, Reply, StartApi
from tests.api.test_bad_http import exchange

FILES = "/v1/files"
CREATED = {"expires_after[anchor]": "created_at"}


def form(content: bytes = b"content", **fields: str) -> aiohttp.FormData:
    filled = aiohttp.FormData({"purpose": "batch", **fields}, quote_fields=False)
    filled.add_field("file", content, filename="../../etc/name.jsonl")
    return filled


async def send(api: Api, data: object) -> Reply:
    return await api.request("POST", FILES, data=data)


async def test_a_file_comes_back_as_it_was_sent(api: Api) -> None:
    content = bytes(range(256)) * 1_000
    sent = (await send(api, form(content))).json
    assert sent == {
        "id": sent["id"],
        "object": "file",
        "bytes": 256_000,
        "created_at": sent["created_at"],
        "expires_at": sent["created_at"] + 30 * 24 * 3600,
        "filename": "name.jsonl",
        "purpose": "batch",
        "status": "processed",
    }
    reply = await api.get(f"{FILES}/{sent['id']}/content")
    assert reply.body == content
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert (await api.get(f"{FILES}/{sent['id']}")).json == sent


async def test_fields_may_come_behind_the_file(api: Api) -> None:
    data = aiohttp.FormData()
    data.add_field("file", b"x", filename="x")
    data.add_field("purpose", "batch")
    data.add_field("expires_after[anchor]", "created_at")
    data.add_field("expires_after[seconds]", "3600")
    file = (await send(api, data)).json
    assert file["expires_at"] == file["created_at"] + 3600


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"purpose": "fun"}, "purpose"),
        ({"expires_after[seconds]": "3600"}, "expires_after.anchor"),
        (CREATED | {"expires_after[seconds]": "5"}, "expires_after.seconds"),
        (CREATED | {"expires_after[seconds]": "soon"}, "expires_after.seconds"),
        ({"expires_after": "3600"}, "expires_after"),
        ({"expires_after[anchor]": "now"}, "expires_after"),
        ({"note": "x" * 2000}, "note"),
    ],
)
async def test_a_wrong_field_is_named(api: Api, fields: dict[str, str], param: str) -> None:
    reply = await send(api, form(b"x", **fields))
    assert reply.status == 400
    assert param in reply.error["message"]
    assert (await api.get(FILES)).json["data"] == []


async def test_a_form_without_a_file_is_refused(api: Api) -> None:
    data = aiohttp.FormData({"purpose": "batch"}, default_to_multipart=True)
    reply = await send(api, data)
    assert (reply.status, reply.error["param"]) == (400, "file")


async def test_what_is_no_form_is_refused(api: Api) -> None:
    assert (await api.request("POST", FILES, json={"purpose": "batch"})).status == 415
    headers = {"Content-Type": "multipart/form-data"}
    reply = await api.request("POST", FILES, data=b"--x", headers=headers)
    assert reply.status == 400
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Length: -1\r\n\r\nabc\r\n--x--"):
        reply = await api.request("POST", FILES, data=body, headers=headers)
        assert reply.status == 400, body


def part(head: bytes, content: bytes) -> bytes:
    return b"--x\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + content + b"\r\n"


PURPOSE = part(b'name="purpose"', b"batch")


async def send_parts(api: Api, *parts: bytes) -> Reply:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return await api.request("POST", FILES, data=b"".join(parts) + b"--x--\r\n", headers=headers)


@pytest.mark.parametrize(
    "head",
    [
        b'name="file"; filename="a\0b"',
        b'name="file"; filename="' + b"a" * 9_000 + b'"',
        b'name="file"' + b"\r\nX-A: b" * 5_000,
        b'name="_charset_"',
    ],
)
async def test_heads_of_parts_that_cannot_be_read_are_refused(api: Api, head: bytes) -> None:
    reply = await send_parts(api, part(head, b"abc"), PURPOSE)
    assert reply.status == 400
    assert "\n" not in reply.error["message"]


async def test_names_that_are_not_utf8_are_no_fault_of_the_server(api: Api) -> None:
    file = part(b'name="file"; filename="\xff.jsonl"', b"abc")
    reply = await send_parts(api, file, PURPOSE)
    assert (reply.status, reply.json["filename"]) == (200, "\ufffd.jsonl")
    reply = await send_parts(api, file, part(b'name="\xff"', b"x" * 2000), PURPOSE)
    assert (reply.status, reply.error["param"]) == (400, "\ufffd")


async def test_a_content_type_that_is_not_utf8_is_refused(api: Api) -> None:
    head = f"POST {FILES} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n"
    head += "Content-Type: multipart/form-data; a="
    status, _, _ = await exchange(api, head.encode() + b"\xff\r\n\r\n")
    assert status == 400


async def test_a_field_that_comes_twice_is_refused(api: Api) -> None:
    reply = await send_parts(api, PURPOSE, PURPOSE, part(b'name="file"', b"abc"))
    assert (reply.status, reply.error["param"]) == (400, "purpose")


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(api: Api) -> None:
    async def broken() -> object:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nabc'
        raise ConnectionError

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with pytest.raises(aiohttp.ClientError):
        await api.request("POST", FILES, data=broken(), headers=headers)
    assert (await api.get(FILES)).json["data"] == []


async def test_pages_follow_each_other(api: Api) -> None:
    ids = [(await send(api, form())).json["id"] for _ in range(3)]
    first = (await api.get(f"{FILES}?limit=2&order=asc")).json
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (ids[:2], True)
    assert (first["first_id"], first["last_id"]) == (ids[0], ids[1])
    second = (await api.get(f"{FILES}?limit=2&order=asc&after={first['last_id']}")).json
    assert ([each["id"] for each in second["data"]], second["has_more"]) == (ids[2:], False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{FILES}?limit=0", 400),
        (f"{FILES}?limit=x", 400),
        (f"{FILES}?order=up", 400),
        (f"{FILES}?after=file-none", 404),
        (f"{FILES}/file-none", 404),
        (f"{FILES}/..%2f..%2fjobs.sqlite", 404),
        (f"{FILES}/..%2fjobs.sqlite/content", 404),
        ("/v1/batches?limit=101", 400),
        ("/v1/batches/batch_none", 404),
    ],
)
async def test_a_wrong_question_is_refused(api: Api, path: str, status: int) -> None:
    reply = await api.get(path)
    assert (reply.status, bool(reply.error["message"])) == (status, True)


async def test_switched_off_they_say_so_and_chats_go_on(start_api: StartApi) -> None:
    api = await start_api(files_gb=0.0)
    for method, path in (("GET", FILES), ("GET", "/v1/batches"), ("DELETE", f"{FILES}/x")):
        reply = await api.request(method, path)
        assert (reply.status, reply.error["code"]) == (503, "jobs_unavailable")
        assert reply.headers["x-should-retry"] == "false"
    assert (await send(api, form())).status == 503
    assert (await api.chat()).status == 200
    assert "--files-gb" in (await api.get("/")).json["jobs"]["problem"]


async def test_a_file_is_sent_once_and_the_connection_goes_on(api: Api) -> None:
    sent = (await send(api, form(b"content"))).json
    host, port = api.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for path in (f"{FILES}/{sent['id']}/content", "/health"):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            async with asyncio.timeout(5):
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                [size] = [line for line in head.split("\r\n") if line.startswith("content-length")]
                body = await reader.readexactly(int(size.split(":")[1]))
            assert head.startswith("http/1.1 200")
            assert body == b"content" or path == "/health"
    finally:
        writer.close()
        await writer.wait_closed()
