"""The load client's connection: the same bytes in any pieces give the same answer."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.exchange import Exchange
from benchmarks.loads import Answer

EVENTS = (
    'data: {"choices":[{"delta":{"role":"assistant","content":""}}],"usage":null}\n\n',
    'data: {"choices":[{"delta":{"content":"a \\"b\\""}}],"usage":null}\n\n',
    ": keep-alive\n\n",
    'data: {"choices":[{"delta":{"content": "c"}}],"usage":null}\n\n',
    'data: {"choices":[{"delta":{},"finish_reason":"length"}],"usage":null}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":2,'
    '"prompt_tokens_details":{"cached_tokens":16}}}\n\n',
    "data: [DONE]\n\n",
)
USAGE = '{"prompt_tokens": 20, "completion_tokens": 2}'


def head(*fields: str, version: str = "1.1", status: int = 200) -> bytes:
    return "\r\n".join((f"HTTP/{version} {status} X", *fields, "", "")).encode()


def chunked(texts: Sequence[str]) -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(text), text.encode()) for text in texts)
    return chunks + b"0\r\n\r\n"


STREAM_HEAD = head("Content-Type: text/event-stream", "Transfer-Encoding: chunked")
CHUNKED_STREAM = STREAM_HEAD + chunked(EVENTS)
PLAIN_STREAM = head("Content-type: text/event-stream", version="1.0") + "".join(EVENTS).encode()
WHOLE_BODY = f'{{"choices":[{{"message":{{"content":"a"}}}}],"usage":{USAGE}}}'.encode()
WHOLE = head(f"Content-Length: {len(WHOLE_BODY)}") + WHOLE_BODY


class PipeEnd(asyncio.Transport):
    """A transport whose other end is the test."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


def exchanged(
    pieces: Sequence[bytes], *, then_closed: bool = False
) -> tuple[Answer, PipeEnd, Exchange]:
    """What is made of an answer that comes in these pieces."""
    answer, transport = Answer(), PipeEnd()

    async def run() -> Exchange:
        exchange = Exchange()
        exchange.connection_made(transport)
        sending = asyncio.create_task(
            exchange.send(b"request", answer, begun_seconds=0.0, on_piece=lambda: None)
        )
        await asyncio.sleep(0)
        for piece in pieces:
            exchange.data_received(piece)
        if then_closed:
            exchange.connection_lost(None)
        async with asyncio.timeout(1):
            await sending
        return exchange

    exchange = asyncio.run(run())
    assert transport.written == b"request"
    return answer, transport, exchange


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(place % len(data) for place in places), len(data)]
    return [data[begin:end] for begin, end in pairwise(ends) if begin < end]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_a_chunked_stream_is_read_in_any_pieces(places: list[int]) -> None:
    answer, _, exchange = exchanged(cut(CHUNKED_STREAM, places))
    assert (answer.status, answer.error, answer.num_events) == (200, "", 6)
    assert len(answer.piece_seconds) == 2
    assert (answer.num_prompt_tokens, answer.num_completion_tokens) == (20, 2)
    assert answer.num_cached_tokens == 16
    assert exchange.is_open


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_a_stream_of_http_1_0_ends_with_its_connection(places: list[int]) -> None:
    answer, _, exchange = exchanged(cut(PLAIN_STREAM, places), then_closed=True)
    assert (answer.status, answer.error, answer.num_events) == (200, "", 6)
    assert len(answer.piece_seconds) == 2
    assert not exchange.is_open


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_a_whole_answer_is_one_piece(places: list[int]) -> None:
    answer, _, exchange = exchanged(cut(WHOLE, places))
    assert (answer.status, answer.error, len(answer.piece_seconds)) == (200, "", 1)
    assert (answer.num_prompt_tokens, answer.num_completion_tokens) == (20, 2)
    assert answer.num_cached_tokens is None
    assert exchange.is_open


def test_a_whole_answer_in_chunks_is_one_piece() -> None:
    body = WHOLE_BODY.decode()
    answer, _, exchange = exchanged(
        [head("Transfer-Encoding: chunked") + chunked([body[:9], body[9:]])]
    )
    assert (answer.num_completion_tokens, len(answer.piece_seconds)) == (2, 1)
    assert exchange.is_open


def test_an_answer_that_closes_its_connection_closes_ours() -> None:
    data = head("Connection: close", f"Content-Length: {len(WHOLE_BODY)}") + WHOLE_BODY
    answer, transport, exchange = exchanged([data])
    assert answer.num_completion_tokens == 2
    assert transport.is_closed
    assert not exchange.is_open


def test_an_error_answer_is_told_with_its_text() -> None:
    body = b'{"error": {"message": "too long"}}'
    data = head(f"Content-Length: {len(body)}", status=400) + body
    answer, _, _ = exchanged([data])
    assert answer.error.startswith("status 400")
    assert "too long" in answer.error
    assert answer.piece_seconds == []


def test_an_error_event_is_told() -> None:
    error = 'data: {"error":{"message":"the model failed"}}\n\n'
    answer, _, _ = exchanged([STREAM_HEAD + chunked([EVENTS[1], error])])
    assert "the model failed" in answer.error


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200", CHUNKED_STREAM[:200], WHOLE[:-4]])
def test_a_connection_that_is_lost_in_the_middle_is_an_error(data: bytes) -> None:
    answer, _, _ = exchanged([data] if data else [], then_closed=True)
    assert answer.error.startswith("connection lost")


async def test_giving_up_hangs_up_and_is_no_error() -> None:
    answer, transport = Answer(), PipeEnd()
    exchange = Exchange()
    exchange.connection_made(transport)
    pieces: list[Callable[[], None]] = []
    sending = asyncio.create_task(
        exchange.send(
            b"request", answer, begun_seconds=0.0, on_piece=lambda: pieces.append(lambda: None)
        )
    )
    await asyncio.sleep(0)
    exchange.data_received(CHUNKED_STREAM[:300])
    exchange.give_up()
    exchange.connection_lost(None)
    await sending
    assert transport.is_closed
    assert answer.was_given_up
    assert answer.error == ""
    assert len(pieces) == len(answer.piece_seconds) == 1
