"""Requests that two parsers would divide differently: here they are one request, or none."""

import json

import pytest

from tests.api.conftest import CHAT, minimal_chat
from tests.attacks.raw_http import AttackedServer, read_all, split_replies

SMUGGLED = b"GET /version HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: 1\r\n\r\n"
"""What an attacker wants to be answered as a request of its own."""

LENGTH = len(SMUGGLED)
CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (LENGTH, SMUGGLED)
EMPTY_THEN = b"0\r\n\r\n" + SMUGGLED

SHAPES: dict[str, tuple[bytes, bytes]] = {
    # headers that frame the body, and the body
    "CL.TE": (b"Content-Length: %d\r\nTransfer-Encoding: chunked" % len(EMPTY_THEN), EMPTY_THEN),
    "TE.CL": (b"Transfer-Encoding: chunked\r\nContent-Length: 4", EMPTY_THEN),
    "CL.CL, differing": (b"Content-Length: 0\r\nContent-Length: %d" % LENGTH, SMUGGLED),
    "CL.CL, differing, turned": (b"Content-Length: %d\r\nContent-Length: 0" % LENGTH, SMUGGLED),
    "CL list": (b"Content-Length: 0, %d" % LENGTH, SMUGGLED),
    "CL with plus": (b"Content-Length: +0", SMUGGLED),
    "CL with minus": (b"Content-Length: -0", SMUGGLED),
    "CL in hexadecimal": (b"Content-Length: 0x0", SMUGGLED),
    "CL with underscore": (b"Content-Length: 0_0", SMUGGLED),
    "CL with space inside": (b"Content-Length: 0 0", SMUGGLED),
    "CL in other digits": ("Content-Length: \u0660".encode(), SMUGGLED),
    "CL that overflows": (b"Content-Length: 18446744073709551616", SMUGGLED),
    "CL with a point": (b"Content-Length: 0.0", SMUGGLED),
    "CL without a value": (b"Content-Length:", SMUGGLED),
    "CL with a space before the colon": (b"Content-Length : 0", SMUGGLED),
    "CL behind a tab": (b"\tContent-Length: 0", SMUGGLED),
    "CL folded": (b"Content-Length:\r\n 0", SMUGGLED),
    "CL with NUL": (b"Content-Length: 0\x00", SMUGGLED),
    "TE twice": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", EMPTY_THEN),
    "TE list, chunked not last": (b"Transfer-Encoding: chunked, identity", EMPTY_THEN),
    "TE chunked twice": (b"Transfer-Encoding: chunked, chunked", EMPTY_THEN),
    "TE unknown": (b"Transfer-Encoding: xchunked", EMPTY_THEN),
    "TE quoted": (b'Transfer-Encoding: "chunked"', EMPTY_THEN),
    "TE with a space before the colon": (b"Transfer-Encoding : chunked", EMPTY_THEN),
    "TE with vertical tab": (b"Transfer-Encoding: \x0bchunked", EMPTY_THEN),
    "TE folded": (b"Transfer-Encoding:\r\n chunked", EMPTY_THEN),
    "TE behind a space": (b" Transfer-Encoding: chunked", EMPTY_THEN),
    "TE with NUL": (b"Transfer-Encoding: chunked\x00", EMPTY_THEN),
    "TE behind a bare CR": (b"X: y\rTransfer-Encoding: chunked", EMPTY_THEN),
    "TE behind a bare LF": (b"X: y\nTransfer-Encoding: chunked", EMPTY_THEN),
    "TE gzip": (b"Transfer-Encoding: gzip, chunked", EMPTY_THEN),
    "TE and CL hidden in a value": (b"X: a\r\n\tTransfer-Encoding: chunked", EMPTY_THEN),
    "header name with NUL": (b"Transfer\x00-Encoding: chunked", EMPTY_THEN),
    "chunk size with plus": (b"Transfer-Encoding: chunked", b"+0\r\n\r\n" + SMUGGLED),
    "chunk size with 0x": (b"Transfer-Encoding: chunked", b"0x0\r\n\r\n" + SMUGGLED),
    "chunk size negative": (b"Transfer-Encoding: chunked", b"-1\r\n\r\n" + SMUGGLED),
    "chunk size overflows": (b"Transfer-Encoding: chunked", b"1" + b"0" * 16 + CHUNK),
    "chunk size with underscore": (b"Transfer-Encoding: chunked", b"0_0\r\n\r\n" + SMUGGLED),
    "chunk size behind a space": (b"Transfer-Encoding: chunked", b" 0\r\n\r\n" + SMUGGLED),
    "chunk ends with bare LF": (b"Transfer-Encoding: chunked", b"0\n\n" + SMUGGLED),
    "chunk ends with bare CR": (b"Transfer-Encoding: chunked", b"0\r\r" + SMUGGLED),
    "chunk longer than it says": (
        b"Transfer-Encoding: chunked",
        b"1\r\n{}\r\n0\r\n\r\n" + SMUGGLED,
    ),
    "chunk without a size": (b"Transfer-Encoding: chunked", b"\r\n\r\n" + SMUGGLED),
    "chunk extension with LF": (b"Transfer-Encoding: chunked", b"0;a\nb\r\n\r\n" + SMUGGLED),
    "trailer without a colon": (
        b"Transfer-Encoding: chunked",
        b"0\r\nGET / HTTP/1.1\r\n\r\n" + SMUGGLED,
    ),
}

LINES = [
    b"POST %s HTTP/1.1 HTTP/1.1",
    b"POST %s\tHTTP/1.1",
    b"POST %s\x0bHTTP/1.1",
    b"POST\x00%s HTTP/1.1",
    b" POST %s HTTP/1.1",
    b"POST %s HTTP/1.1\x00",
    b"POST %s HTTP/2.0",
    b"POST %s HTTP/1.10",
    b"POST %s http/1.1",
    b"POST %s",
    b"PO ST %s HTTP/1.1",
    b"POST %s HTTP/1.1\rX: y",
    b"PRI * HTTP/2.0",
]


def chat_head(line: bytes, framing: bytes) -> bytes:
    return line + b"\r\nHost: localhost\r\n" + framing + b"\r\n\r\n"


def assert_not_smuggled(attacked: AttackedServer, head: bytes, body: bytes) -> None:
    replies = attacked.say(head + body)
    assert [reply.status for reply in replies] in ([400], [415]), replies
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("name", SHAPES)
def test_what_can_be_divided_in_two_ways_is_refused(attacked: AttackedServer, name: str) -> None:
    framing, body = SHAPES[name]
    assert_not_smuggled(attacked, chat_head(b"POST %s HTTP/1.1" % CHAT.encode(), framing), body)


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_can_be_read_in_two_ways_is_refused(
    attacked: AttackedServer, line: bytes
) -> None:
    line = line % CHAT.encode() if b"%s" in line else line
    assert_not_smuggled(attacked, chat_head(line, b"Content-Length: %d" % LENGTH), SMUGGLED)


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PUT"])
def test_a_request_within_the_body_of_another_is_its_body(
    attacked: AttackedServer, method: str
) -> None:
    head = f"{method} /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LENGTH}\r\n\r\n"
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    replies = attacked.say(head.encode() + SMUGGLED + last)
    assert len(replies) == 2
    assert b'"version"' not in replies[0].body + replies[1].body


def test_requests_in_one_piece_are_answered_in_order(attacked: AttackedServer) -> None:
    body = json.dumps(minimal_chat()).encode()
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    chat = head % (CHAT.encode(), len(body)) + body
    last = b"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    replies = attacked.say(chat + chat + last)
    assert ["choices" in reply.json for reply in replies] == [True, True, False]


def test_an_upgrade_hides_no_request(attacked: AttackedServer) -> None:
    headers = "Connection: Upgrade\r\nUpgrade: websocket"
    head = f"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode()
    last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert [reply.status for reply in attacked.say(head + last)] == [200, 200]


def test_an_offer_of_http2_is_not_taken_and_the_next_request_is_answered(
    attacked: AttackedServer,
) -> None:
    headers = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"
    head = f"GET /health HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode()
    with attacked.connect() as connection:
        connection.sendall(head)
        first = connection.recv(65_536)
        connection.sendall(b"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        replies = split_replies(first + read_all(connection))
    assert [reply.status for reply in replies] == [200, 200]
