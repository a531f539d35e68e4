"""A server on a FakeEngine in a thread of its own, and sockets that say what they like."""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import Settings
from tests.api.conftest import CHAT, Api, minimal_chat, serving

REPLY_SECONDS = 10.0
"""A server that hangs fails the test."""

COMPLETE = "Hearth answers."


@dataclass(frozen=True)
class RawReply:
    """One response as it was on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> object:
        """The error's code, in OpenAI's shape."""
        return self.json["error"]["code"]


@dataclass(frozen=True)
class AttackedServer:
    """Where it listens, and what its process did."""

    port: int
    opened: list[str]
    """Paths that were opened, and addresses that were connected to, while `watched`."""
    api: Api
    folder: Path

    def connect(self, *, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self.port), timeout=REPLY_SECONDS, source_address=(source, 0)
        )

    def say(self, *pieces: bytes) -> list[RawReply]:
        """Everything that is answered until the server closes the connection.

        The last request has to ask for that, unless it is one that must end the connection.
        """
        with self.connect() as connection:
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break  # it was told enough
            return split_replies(read_all(connection))

    def ask(
        self,
        target: str = "/v1/models",
        *,
        method: str = "GET",
        headers: str = "Host: localhost",
        body: bytes = b"",
    ) -> RawReply:
        """One request in a connection of its own."""
        if body:
            headers += f"\r\nContent-Length: {len(body)}"
        head = f"{method} {target} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n\r\n"
        [reply] = self.say(head.encode("latin-1") + body)
        return reply

    def chat(self, **fields: object) -> RawReply:
        """A chat, as any client asks for it."""
        return self.ask(CHAT, method="POST", body=json.dumps(minimal_chat(**fields)).encode())

    def answers_as_ever(self) -> bool:
        """Whether a normal request is answered."""
        reply = self.chat()
        assert reply.status == 200, reply
        return bool(reply.json["choices"][0]["message"]["content"] == COMPLETE)

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """What the server opens and connects to meanwhile."""
        self.opened.clear()
        _WATCHED.append(self.opened)
        try:
            yield self.opened
        finally:
            _WATCHED.remove(self.opened)


def read_all(connection: socket.socket) -> bytes:
    """Until the other end closes."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass  # it closed while we were still sending
    return received


def split_replies(raw: bytes) -> list[RawReply]:
    """The responses of a connection, one after another."""
    replies = []
    while raw:
        head, _, raw = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        if headers.get("transfer-encoding") == "chunked":
            body, raw = _unchunk(raw)
        else:
            length = int(headers.get("content-length", 0))
            body, raw = raw[:length], raw[length:]
        replies.append(RawReply(int(first.split(" ")[1]), headers, body))
    return replies


def _unchunk(raw: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, _, raw = raw.partition(b"\r\n")
        length = int(size or b"0", 16)
        body, raw = body + raw[:length], raw[length + 2 :]
        if not length:
            return body, raw


_WATCHED: list[list[str]] = []
"""Where the audit hook, which cannot be removed, writes."""


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _WATCHED and threading.current_thread().name != "MainThread":
        if event == "open":
            _WATCHED[-1].append(str(arguments[0]))
        elif event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.listdir"):
            _WATCHED[-1].append(f"{event} {arguments[-1]}")


@contextmanager
def attacked_server(folder: Path, **changes: Any) -> Iterator[AttackedServer]:
    """Serve until the block is left; the engine must hold nothing then."""
    settings = Settings(
        _env_file=None,
        _env_prefix="NOT_READ_",
        **{"data_dir": folder, "share_answers": False, "answer_cache_mb": 0, **changes},
    )
    loop = asyncio.new_event_loop()
    started: Future[Api] = Future()
    is_over = asyncio.Event()

    async def serve() -> None:
        async with serving(settings, None, waits=True) as api:
            api.will_say(COMPLETE)
            started.set_result(api)
            await is_over.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:
            started.set_exception(error)
            raise

    thread = threading.Thread(target=run, name="attacked")
    thread.start()
    sys.addaudithook(_note)
    try:
        api = started.result(timeout=60)
        server = AttackedServer(int(api.url.rpartition(":")[2]), [], api, folder)
        assert server.answers_as_ever()  # so that its threads have started
        yield server
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join()
        loop.close()
