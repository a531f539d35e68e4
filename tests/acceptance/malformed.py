"""Malformed requests as bytes on the wire, a function for each family; a seed fixes them all."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from api.chat_schemas import ChatRequest
from api.undone import REFUSED
from tests.acceptance.conftest import CHAT

Make = Callable[[random.Random], bytes]

FIELDS = sorted(ChatRequest.field_names() | REFUSED.keys())

WRONG_VALUES: tuple[Any, ...] = (
    "text",
    "",
    -1,
    1.5,
    10**30,
    -(10**30),
    1e308,
    True,
    [],
    [[]],
    [None, {}, 1],
    {},
    {"a": {"b": [1, 2]}},
    {"type": "x"},
    "x" * 100_000,
    [{"role": "user", "content": {"type": "text"}}],
    [{"role": "user", "content": [1, None]}],
    [{"role": "assistant", "tool_calls": [{"function": {"arguments": 5}}]}],
)

LARGE_BODY_BYTES = 20_000_000


def post(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A POST with a Content-Length that may be a lie."""
    lines = [
        f"POST {CHAT} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def post_raw(headers: str, body: bytes) -> bytes:
    """A POST with these headers and no Content-Length."""
    head = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n"
    return head.encode("latin-1") + body


def chat_body(**fields: Any) -> bytes:
    """A small valid request with some fields replaced; its answer is short if there is one."""
    messages = [{"role": "user", "content": "Hello"}]
    short = {"max_tokens": 1, "max_completion_tokens": 1}
    return json.dumps({"model": "default", "messages": messages, **short, **fields}).encode()


def random_bytes_as_body(rng: random.Random) -> bytes:
    return post(rng.randbytes(rng.randrange(2000)))


def random_bytes_as_http(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(1, 2000)) + b"\r\n\r\n"


def wrong_type_in_a_field(rng: random.Random) -> bytes:
    fields = {rng.choice(FIELDS): rng.choice(WRONG_VALUES) for _ in range(rng.randrange(1, 4))}
    return post(chat_body(**fields))


def changed_byte_of_a_good_body(rng: random.Random) -> bytes:
    body = bytearray(chat_body(temperature=1.0, stop=["x"], seed=5))
    for _ in range(rng.randrange(1, 4)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return post(bytes(body))


def huge_number(rng: random.Random) -> bytes:
    digits = "9" * rng.choice((20, 400, 50_000))
    number = rng.choice((digits, f"-{digits}", f"1e{digits}", f"0.{digits}"))
    body = chat_body().replace(b"1}", number.encode() + b"}")
    return post(body)


def deep_json(rng: random.Random) -> bytes:
    depth = rng.choice((100, 10_000, 200_000))
    opened = rng.choice((b"[", b'{"a":', b'{"messages":['))
    return post(opened * depth)


def deep_field(rng: random.Random) -> bytes:
    """Valid JSON, so that the depth reaches whoever looks at the field."""
    depth = rng.choice((100, 1_000, 1_015))
    opened, closed = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    value = opened * depth + b"1" + closed * depth
    names = ("n", "temperature", "response_format", "metadata", "messages", "stop", "tools")
    name = rng.choice((*names, "guided_json", "structured_outputs", "chat_template_kwargs"))
    return post(chat_body()[:-1] + b', "' + name.encode() + b'": ' + value + b"}")


def many_items(rng: random.Random) -> bytes:
    """Lists whose every item is wrong, or is right and one of far too many."""
    number = rng.choice((20_000, 200_000))
    messages = rng.choice(([1], [{"role": "user", "content": "x"}]))
    bias = {str(token): "x" for token in range(number)}
    return post(rng.choice((chat_body(messages=messages * number), chat_body(logit_bias=bias))))


def huge_token_id(rng: random.Random) -> bytes:
    return post(chat_body(logit_bias={"9" * rng.choice((20, 5_000)): 1}))


def unknown_expectation(rng: random.Random) -> bytes:
    return post(chat_body(), f"Expect: {rng.choice(('200-maybe', 'x' * 500, '100-continue,x'))}")


def bad_encoding(rng: random.Random) -> bytes:
    encoding = rng.choice(("gzip", "deflate"))
    return post_raw(f"Content-Length: 5\r\nContent-Encoding: {encoding}", b"Hello")


def broken_utf8(rng: random.Random) -> bytes:
    bad = rng.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", rb"\udc00"))
    return post(chat_body().replace(b"Hello", b"Hel" + bad + b"lo"))


def half_a_request(rng: random.Random) -> bytes:
    whole = post(chat_body())
    return whole[: rng.randrange(1, len(whole))]


def wrong_length(rng: random.Random) -> bytes:
    return post(chat_body(), length=rng.choice((-1, 5, 10**6, 10**30)))


def bad_framing(rng: random.Random) -> bytes:
    headers, body = rng.choice(
        (
            ("Transfer-Encoding: chunked", b"zz\r\nnot a chunk\r\n"),
            ("Transfer-Encoding: chunked", b"5\r\nHel"),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5", b"Hello"),
            ("Content-Length: five", b"Hello"),
        )
    )
    return post_raw(headers, body)


def huge_header(rng: random.Random) -> bytes:
    return post(chat_body(), f"X-Huge: {'x' * rng.choice((9_000, 100_000, 1_000_000))}")


def many_headers(rng: random.Random) -> bytes:
    return post(chat_body(), *(f"X-{i}: {i}" for i in range(rng.choice((200, 20_000)))))


def odd_path(rng: random.Random) -> bytes:
    path = "/" + "".join(chr(rng.randrange(33, 255)) for _ in range(rng.randrange(1, 3000)))
    method = rng.choice(("GET", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "X" * 500))
    line = f"{method} {path} HTTP/{rng.choice(('1.1', '1.0', '9.9', 'x'))}\r\n"
    return (line + "Host: localhost\r\nConnection: close\r\n\r\n").encode("latin-1")


def large_body(rng: random.Random) -> bytes:
    body = rng.choice((b"x", b'{"a": "' + b"x" * 100, b"\x00"))
    return post((body * (LARGE_BODY_BYTES // len(body) + 1))[:LARGE_BODY_BYTES])


FAMILIES: dict[Make, int] = {
    random_bytes_as_body: 100,
    random_bytes_as_http: 100,
    wrong_type_in_a_field: 195,
    changed_byte_of_a_good_body: 100,
    huge_number: 60,
    deep_json: 60,
    deep_field: 40,
    many_items: 10,
    huge_token_id: 10,
    unknown_expectation: 20,
    bad_encoding: 20,
    broken_utf8: 40,
    half_a_request: 60,
    wrong_length: 30,
    bad_framing: 60,
    huge_header: 20,
    many_headers: 10,
    odd_path: 60,
    large_body: 5,
}


def malformed_requests(seed: int) -> Iterator[tuple[str, bytes]]:
    """A thousand of them in random order, each with the name of its family."""
    rng = random.Random(seed)
    order = [make for make, number in FAMILIES.items() for _ in range(number)]
    rng.shuffle(order)
    for make in order:
        yield make.__name__, make(rng)
