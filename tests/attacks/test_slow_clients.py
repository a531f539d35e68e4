"""500 slow clients from 50 addresses: all are let in, and nobody else notices.

The figures are printed: run with `-s` to see them.
"""

import itertools
import json
import platform
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.acceptance.conftest import CHAT, ServerProcess, started, wait_until

NUM_ADDRESSES = 50
NUM_SENDERS = 250
"""They send a byte a second."""
NUM_READERS = 250
"""They ask for a stream and stop reading it."""
NUM_ROUNDS = 50
NUM_CHATS = 20
"""In a round, and to each server."""
MAX_RATIO = 1.2
SEND_TIMEOUT_SECONDS = 300.0
"""Of the servers: the readers are to be there until the last chat, or nothing is beside it."""
STREAMS_SECONDS = 160.0
"""What the streams that nobody reads take to be computed, at most."""

pytestmark = [
    pytest.mark.tier_all,
    pytest.mark.skipif(platform.system() != "Linux", reason="needs all of 127.0.0.0/8"),
]

HEAD = f"POST {CHAT} HTTP/1.1\r\nHost: localhost\r\n"


def request(**fields: object) -> bytes:
    messages = [{"role": "user", "content": "What is Hearth?"}]
    answer = {"stream": True, "ignore_eos": True, "temperature": 0}
    body = json.dumps({"model": "default", "messages": messages, **answer, **fields}).encode()
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body


CHAT_REQUEST = request(max_tokens=2)
FLOOD_REQUEST = request(max_tokens=200, logprobs=True, top_logprobs=20, stop=["never\x00said"])


def connect(port: int, index: int) -> socket.socket:
    """A client with next to no buffer, from one of the addresses."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.bind((f"127.0.0.{2 + index % NUM_ADDRESSES}", 0))
    client.settimeout(60)
    client.connect(("127.0.0.1", port))
    return client


def ttft_seconds(port: int) -> float:
    """How long a chat waits for its first text."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        begun = time.perf_counter()
        client.sendall(CHAT_REQUEST)
        received = b""
        while received.count(b"data: ") < 2:  # the first has no text
            piece = client.recv(65_536)
            assert piece, received
            received += piece
        seconds = time.perf_counter() - begun
        while b"[DONE]" not in received:
            received += client.recv(65_536)
        return seconds


def p95_seconds(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


class Trickle:
    """A byte a second from each: half of them within a head, half within a body."""

    def __init__(self, clients: list[socket.socket]) -> None:
        for index, client in enumerate(clients):
            ending = "Content-Length: 10000\r\n\r\n" if index % 2 else "X: "
            client.sendall((HEAD + ending).encode())
        self._clients = itertools.cycle(clients)
        self._pause_seconds = 1 / len(clients)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The bytes are sent while the block runs."""
        is_over = threading.Event()

        def send() -> None:
            while not is_over.wait(self._pause_seconds):
                next(self._clients).sendall(b" ")

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


def num_in_batch(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        received = b""
        while piece := client.recv(65_536):
            received += piece
    status = json.loads(received.partition(b"\r\n\r\n")[2])
    return int(status["batch"]["running"]) + int(status["queue"]["waiting"])


def is_open(client: socket.socket) -> bool:
    """Whether the server has not closed it."""
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


@pytest.fixture
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ServerProcess]]:
    """One for the slow clients, one that has none."""
    flags = ["--port", "0", "--log-level", "WARNING", "--receive-timeout-seconds", "600"]
    flags += ["--send-timeout-seconds", str(SEND_TIMEOUT_SECONDS)]
    with ExitStack() as stack:
        yield [
            stack.enter_context(started(tmp_path_factory.mktemp(name), *flags))
            for name in ("beset", "quiet")
        ]


def test_slow_clients_are_let_in_and_others_do_not_notice(servers: list[ServerProcess]) -> None:
    beset, quiet = (int(server.url.rpartition(":")[2]) for server in servers)
    with ExitStack() as stack:
        readers, senders = (
            [stack.enter_context(connect(beset, index)) for index in range(num)]
            for num in (NUM_READERS, NUM_SENDERS)
        )
        begun = time.monotonic()
        for reader in readers:
            reader.sendall(FLOOD_REQUEST)
        trickle = Trickle(senders)
        with trickle.running():
            for reader in readers:
                assert reader.recv(12) == b"HTTP/1.1 200"
            # What nobody reads is computed to its end and holds no row after it.
            wait_until(lambda: num_in_batch(beset) == 0, max_seconds=STREAMS_SECONDS)
        streams_seconds = time.monotonic() - begun

        # Side by side, as what else runs on the machine changes from one minute to the next.
        beside: list[float] = []
        without: list[float] = []
        for port in (beset, quiet):
            for _ in range(NUM_CHATS):
                ttft_seconds(port)  # so that everything is warm
        for _ in range(NUM_ROUNDS):
            with trickle.running():
                beside += [ttft_seconds(beset) for _ in range(NUM_CHATS)]
            without += [ttft_seconds(quiet) for _ in range(NUM_CHATS)]
        assert all(map(is_open, senders))
        num_reading = sum(map(is_open, readers))
    ratio = p95_seconds(beside) / p95_seconds(without)
    halves = [p95_seconds(without[index::2]) for index in range(2)]
    print(
        f"p95 TTFT {1000 * p95_seconds(without):.1f} ms without slow clients, "
        f"{1000 * p95_seconds(beside):.1f} ms beside {NUM_SENDERS} senders and {num_reading} "
        f"readers: {ratio:.2f}; of two halves without them: {halves[1] / halves[0]:.2f}; "
        f"the readers' streams were computed in {streams_seconds:.0f} s"
    )
    assert ratio <= MAX_RATIO
