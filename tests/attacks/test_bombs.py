"""Heads and bodies that are too much: too long, too many, too deep, packed, or without an end."""

import gzip
import json
import time
import zlib

import pytest

from tests.api.conftest import CHAT, minimal_chat
from tests.attacks.raw_http import AttackedServer, read_all, split_replies

MAX_SECONDS = 3.0
"""Longer than any limit of the attacked server: what takes longer has no limit."""

HEAD = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\n".encode()
FORM = "Content-Type: multipart/form-data; boundary=b"
PLAIN = json.dumps(minimal_chat()).encode()
BIG = b" " * 300_000 + PLAIN

HEADS: dict[str, bytes] = {
    "a long path": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long query": b"GET /?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long method": b"A" * 20_000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long value": HEAD + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "a long name": HEAD + b"a" * 20_000 + b": x\r\n\r\n",
    "a long cookie": HEAD + b"Cookie: " + b"a=b; " * 4_000 + b"\r\n\r\n",
    "a long key": HEAD + b"Authorization: Bearer " + b"a" * 20_000 + b"\r\n\r\n",
    "many headers": HEAD + b"".join(b"X-%d: y\r\n" % i for i in range(2_000)) + b"\r\n",
    "many equal headers": HEAD + b"X: y\r\n" * 2_000 + b"\r\n",
    "many empty headers": HEAD + b"X:\r\n" * 2_000 + b"\r\n",
    "a head without an end": HEAD + b"X: y\r\n" * 100_000,
    "a line without an end": b"A" * 1_000_000,
    "a version without an end": b"GET / HTTP/1." + b"1" * 100_000,
    "a folded value": HEAD + b"X: y\r\n" + b" y\r\n" * 5_000 + b"\r\n",
    "binary": bytes(range(256)) * 100,
}


def packed(name: str, times: int = 1) -> bytes:
    body = b" " * 10_000_000
    for _ in range(times):
        body = gzip.compress(body) if name == "gzip" else zlib.compress(body)
    return body


PACKED: dict[str, tuple[str, bytes]] = {
    "gzip": ("gzip", packed("gzip")),
    "gzip of gzip": ("gzip, gzip", packed("gzip", 2)),
    "deflate": ("deflate", packed("deflate")),
    "raw deflate": ("deflate", packed("deflate")[2:-4]),
    "x-gzip": ("x-gzip", packed("gzip")),
    "in capitals": ("GZIP", packed("gzip")),
    "br": ("br", b"\x00" * 100),
    "zstd": ("zstd", b"\x28\xb5\x2f\xfd" + b"\x00" * 100),
    "unknown": ("rot13", PLAIN),
    "behind identity": ("identity\r\nContent-Encoding: gzip", packed("gzip")),
    "before identity": ("gzip\r\nContent-Encoding: identity", packed("gzip")),
    "a list with identity": ("identity, gzip", packed("gzip")),
}


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + closing * depth


DEEP = nested("[", "]", 90_000)
BODIES: dict[str, str | bytes] = {
    "deep arrays": DEEP,
    "deep arrays in a field": '{"messages": ' + DEEP + "}",
    "deep objects": nested('{"a":', "}", 20_000).replace(":}", ":1}", 1),
    "arrays that do not end": "[" * 190_000,
    "objects that do not end": '{"a":' * 30_000,
    "a text that does not end": '{"a": "' + "x" * 100_000,
    "a huge integer": '{"messages": [], "seed": ' + "9" * 100_000 + "}",
    "a huge fraction": '{"messages": [], "temperature": 0.' + "9" * 100_000 + "}",
    "a huge exponent": '{"messages": [], "temperature": 1e999999999}',
    "a tiny exponent with many digits": '{"messages": [], "temperature": 1e-' + "9" * 1_000 + "}",
    "a huge negative": '{"messages": [], "max_tokens": -' + "9" * 1_000 + "}",
    "NaN": '{"messages": [], "temperature": NaN}',
    "infinity": '{"messages": [], "temperature": Infinity}',
    "many keys": "{" + ",".join(f'"k{i}":1' for i in range(15_000)) + "}",
    "one key many times": "{" + ",".join(['"messages":[]'] * 10_000) + "}",
    "many empty messages": '{"messages": [' + ",".join(["{}"] * 60_000) + "]}",
    "half a pair of surrogates": '{"messages": [{"role": "user", "content": "\\ud800"}]}',
    "bytes that are no text": b'{"messages": "\xff\xfe"}',
    "another encoding": PLAIN.decode().encode("utf-16"),
    "NUL": b"\x00" * 1_000,
    "a mark of byte order": b"\xef\xbb\xbf" + PLAIN + b"x",
    "nothing": b"",
    "only white space": b" " * 100_000,
    "a body too large": BIG,
}

ENDLESS: dict[str, tuple[bytes, bytes]] = {
    # a head, and what is sent again and again behind it
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1_000),
    "large chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        b"10000\r\n" + b" " * 65_536 + b"\r\n",
    ),
    "a chunk extension": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 10_000),
    "a chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 10_000),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 1_000),
    "a body": (HEAD + b"Content-Length: 999999999999\r\n\r\n", b" " * 10_000),
    "a head": (HEAD, b"X: y\r\n" * 1_000),
    "empty lines": (b"", b"\r\n" * 1_000),
}

SILENT: dict[str, bytes] = {
    "nothing": b"",
    "a letter": b"G",
    "half a line": b"GET / HT",
    "half a head": HEAD,
    "a header without an end": HEAD + b"X: y",
    "a head without a body": HEAD + b"Content-Length: 10\r\n\r\n",
    "half a body": HEAD + b"Content-Length: 10\r\n\r\n{",
    "chunks without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "half a form": f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\n{FORM}\r\n".encode()
    + b"Content-Length: 1000\r\n\r\n--b\r\n",
    "an expectation": HEAD + b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
}

FORMS: dict[str, bytes] = {
    "many parts": b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n' * 2_000
    + b"--b--",
    "many differing parts": b"".join(
        b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % i for i in range(1_000)
    ),
    "a long field": b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + b"x" * 150_000,
    "many headers in a part": b"--b\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "a long header in a part": b"--b\r\nX: " + b"y" * 150_000 + b"\r\n\r\n",
    "forms in forms": b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" * 100,
    "no beginning": b"x\r\n" * 40_000,
    "two files": b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n' * 2 + b"--b--",
    "a part without a name": b"--b\r\n\r\nx\r\n--b--\r\n",
    "no end": b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx',
}


def ask_in_time(attacked: AttackedServer, *pieces: bytes) -> list[int]:
    begun = time.monotonic()
    statuses = [reply.status for reply in attacked.say(*pieces)]
    assert time.monotonic() - begun < MAX_SECONDS
    return statuses


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_is_too_much_is_refused(attacked: AttackedServer, name: str) -> None:
    assert set(ask_in_time(attacked, HEADS[name])) <= {400}
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("path", [CHAT, "/v1/files", "/v1/embeddings", "/api/chat"])
@pytest.mark.parametrize("name", PACKED)
def test_a_packed_body_is_not_unpacked(attacked: AttackedServer, name: str, path: str) -> None:
    encoding, body = PACKED[name]
    headers = f"Host: localhost\r\nContent-Encoding: {encoding}"
    if path == "/v1/files":
        headers += f"\r\n{FORM}"
    reply = attacked.ask(path, method="POST", headers=headers, body=body)
    assert reply.status in (413, 415)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("path", [CHAT, "/v1/responses", "/v1/messages", "/api/chat"])
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_too_much_is_refused(attacked: AttackedServer, name: str, path: str) -> None:
    body = BODIES[name]
    body = body.encode() if isinstance(body, str) else body
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    [status] = ask_in_time(attacked, head.encode() + body)
    assert status in (400, 413)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_is_ended(attacked: AttackedServer, name: str) -> None:
    head, again = ENDLESS[name]
    begun = time.monotonic()
    with attacked.connect() as connection:
        try:
            connection.sendall(head)
            while time.monotonic() - begun < MAX_SECONDS:
                connection.sendall(again)
        except OSError:
            pass
        assert time.monotonic() - begun < MAX_SECONDS, "the server reads on"
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("name", SILENT)
def test_who_goes_silent_is_cut(attacked: AttackedServer, name: str) -> None:
    begun = time.monotonic()
    with attacked.connect() as connection:
        connection.sendall(SILENT[name])
        received = read_all(connection)
    assert time.monotonic() - begun < MAX_SECONDS
    assert [reply.status for reply in split_replies(received) if reply.status != 100] == [408]
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_too_much_is_refused(attacked: AttackedServer, name: str) -> None:
    body = FORMS[name]
    head = f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{FORM}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    assert set(ask_in_time(attacked, head.encode() + body)) <= {400}
    assert attacked.ask("/v1/files").json["data"] == []
    assert attacked.answers_as_ever()
