"""Paths and addresses in requests: none is opened, whatever it is written in."""

import json
from pathlib import Path

import pytest

from settings import TINY_MODEL_PATH
from tests.api.conftest import CHAT, minimal_chat
from tests.attacks.raw_http import AttackedServer

SECRET = "/etc/passwd"

TRICKS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252f..%252fetc%252fpasswd",
    "..%c0%af..%c0%afetc/passwd",
    "..%5c..%5c..%5cetc%5cpasswd",
    "..\\..\\..\\etc\\passwd",
    "....//....//etc/passwd",
    ";/../../etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "file%3a%2f%2f%2fetc%2fpasswd",
    "%00",
    "%00/etc/passwd",
    "etc/passwd%00.json",
    "~/.ssh/id_rsa",
    "$HOME/.ssh/id_rsa",
    "%7e/.bashrc",
    "/proc/self/environ",
    "/dev/zero",
    "\\\\evil.example\\share\\file",
    "http://evil.example/file",
    "x" * 7_000,
    "%ff%fe",
    "%u002e%u002e%u002f",
    "http:%2f%2f127.0.0.1%2f",
    "hearth.log",
    "../jobs.db",
    "../logs/hearth.log",
]
"""Behind the prefix of an endpoint, and as ids and names."""

PREFIXES = ["/", "/docs/", "/v1/models/", "/v1/files/", "/v1/batches/"]

ADDRESSES = [
    "file:///etc/passwd",
    "/etc/passwd",
    "http://127.0.0.1:1/canary.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://evil.example/canary.png",
    "https://evil.example/canary.png",
    "ftp://evil.example/canary",
    "data:image/png;base64,iVBORw0KGgo=",
    "gopher://127.0.0.1:1/_x",
    "\\\\evil.example\\share",
]


def is_harmless(path: str, server: AttackedServer) -> bool:
    """Servers' own files: their data, the model, Python's modules and the checkout's pages."""
    own = (str(server.folder.parent), str(TINY_MODEL_PATH), "/proc/self/", "/sys/", "/dev/urandom")
    return path.startswith(own) or path.endswith((".py", ".pyc", ".html", ".so"))


def assert_nothing_was_opened(opened: list[str], server: AttackedServer) -> None:
    assert [path for path in opened if not is_harmless(path, server)] == []
    assert not [path for path in opened if "passwd" in path or "evil" in path]


@pytest.mark.parametrize("trick", TRICKS)
def test_a_path_is_an_id_and_never_a_place(attacked: AttackedServer, trick: str) -> None:
    with attacked.watched() as opened:
        for prefix in PREFIXES:
            for method in ("GET", "DELETE"):
                reply = attacked.ask(prefix + trick, method=method)
                assert reply.status in (400, 403, 404, 405), (prefix, reply)
                assert b"root:" not in reply.body
    assert_nothing_was_opened(opened, attacked)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("target", ["*", "evil.example:443", "", "?", "#", "v1/models", "\x00"])
@pytest.mark.parametrize("method", ["GET", "CONNECT", "OPTIONS", "TRACE"])
def test_a_target_that_is_no_path_finds_nothing(
    attacked: AttackedServer, method: str, target: str
) -> None:
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nX: canary\r\nConnection: close"
    replies = attacked.say(f"{head}\r\n\r\n".encode())
    # "?" and "#" are the root with nothing behind it.
    allowed = {400, 403, 404, 405} | ({200} if target in ("?", "#") else set())
    assert {reply.status for reply in replies} <= allowed
    assert b"canary" not in b"".join(reply.body for reply in replies)  # TRACE tells it back
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("trick", TRICKS)
def test_a_name_of_a_model_is_never_a_place(attacked: AttackedServer, trick: str) -> None:
    with attacked.watched() as opened:
        assert attacked.chat(model=trick).status == 404
        for path in ("/api/show", "/api/pull", "/v1/messages", "/v1/completions", "/tokenize"):
            body = json.dumps(
                {
                    "model": trick,
                    "prompt": "x",
                    "max_tokens": 1,
                    "messages": minimal_chat()["messages"],
                }
            )
            reply = attacked.ask(path, method="POST", body=body.encode())
            assert reply.status in (400, 404), (path, reply)
    assert_nothing_was_opened(opened, attacked)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_in_a_request_is_never_asked(attacked: AttackedServer, address: str) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": address}},
        {"type": "input_audio", "input_audio": {"data": address, "format": "wav"}},
        {"type": "file", "file": {"file_data": address, "filename": address}},
        {"type": "file", "file": {"file_id": address}},
        {"type": "image", "source": {"type": "url", "url": address}},
    ]
    with attacked.watched() as opened:
        for part in parts:
            reply = attacked.chat(messages=[{"role": "user", "content": [part]}])
            assert reply.status == 400
        for fields in (
            {"response_format": {"type": "json_schema", "json_schema": {"$ref": address}}},
            {"guided_json": {"$ref": address}},
            {"guided_json": {"$schema": address, "$id": address, "type": "object"}},
            {"chat_template_kwargs": {"tokenizer": address, "trust_remote_code": True}},
            {"chat_template": address},
            {"adapter_path": address, "lora_request": {"lora_path": address}},
        ):
            attacked.chat(max_tokens=1, **fields)
    assert_nothing_was_opened(opened, attacked)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("trick", TRICKS)
def test_a_file_of_a_batch_is_an_id_and_never_a_place(attacked: AttackedServer, trick: str) -> None:
    body = {"input_file_id": trick, "endpoint": CHAT, "completion_window": "24h"}
    with attacked.watched() as opened:
        reply = attacked.ask("/v1/batches", method="POST", body=json.dumps(body).encode())
        assert reply.status in (400, 404)
    assert_nothing_was_opened(opened, attacked)


@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
@pytest.mark.parametrize("trick", [*TRICKS, 'x"; filename="/etc/passwd', "x\r\nContent-Type: x"])
def test_the_name_of_an_uploaded_file_is_never_a_place(
    attacked: AttackedServer, trick: str
) -> None:
    body = (
        '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{trick}"\r\n\r\n'
        "{}\r\n--b--\r\n"
    ).encode()
    headers = "Host: localhost\r\nContent-Type: multipart/form-data; boundary=b"
    before = {path.name for path in Path("/etc").iterdir()}
    with attacked.watched() as opened:
        reply = attacked.ask("/v1/files", method="POST", headers=headers, body=body)
        assert reply.status in (200, 400)
    assert_nothing_was_opened(opened, attacked)
    assert {path.name for path in Path("/etc").iterdir()} == before
    if reply.status == 200:
        assert "/" not in reply.json["filename"]
        deleted = attacked.ask(f"/v1/files/{reply.json['id']}", method="DELETE")
        assert deleted.status == 200


def test_the_watch_sees_what_is_opened(attacked: AttackedServer) -> None:
    with attacked.watched() as opened:
        attacked.ask("/docs")
        body = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        body += b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n{}\r\n--b--\r\n'
        headers = "Host: localhost\r\nContent-Type: multipart/form-data; boundary=b"
        reply = attacked.ask("/v1/files", method="POST", headers=headers, body=body)
    assert reply.status == 200
    assert [path for path in opened if str(attacked.folder) in path]
    attacked.ask(f"/v1/files/{reply.json['id']}", method="DELETE")
