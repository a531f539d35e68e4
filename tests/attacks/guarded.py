"""A server that wants API keys, in a thread of its own, and a client that sends what it likes."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from access.key_file import KeyFile
from access.keys import DEFAULT_SCOPES, NO_LIMITS, ApiKey, KeyLimits, Scope, digest_of, new_secret
from settings import Settings
from tests.api.conftest import CHAT, HELLO, Api, serving

REPLY_SECONDS = 10.0
SOON_SECONDS = 1.0
"""Within which a change of keys has to count."""

PROXY = "127.0.0.9"
"""An address from which X-Forwarded-For counts."""

ISSUER, AUDIENCE = "https://login.example", "hearth"
ANSWER = "Hearth answers."

Headers = Sequence[tuple[str, str]]

ASKS: dict[str, dict[str, Any]] = {
    CHAT: {"messages": HELLO},
    "/v1/responses": {"input": "Hello"},
    "/v1/responses/input_tokens": {"input": "Hello"},
    "/v1/completions": {"prompt": "Hello", "max_tokens": 5},
    "/v1/messages": {"messages": HELLO, "max_tokens": 5},
    "/v1/messages/count_tokens": {"messages": HELLO},
    "/tokenize": {"prompt": "Hello"},
    "/v1/tokenize": {"prompt": "Hello"},
    "/detokenize": {"tokens": [300]},
    "/api/chat": {"messages": HELLO, "stream": False},
    "/api/generate": {"prompt": "Hello", "stream": False},
    "/api/show": {},
}
"""What the model can be asked over POST."""

LOOKS = (
    *("/", "/version", "/docs", "/openapi.json", "/v1/models", "/v1/models/default"),
    *("/api/tags", "/api/ps", "/api/version"),
)
"""What may be looked at over GET with the scope chat."""

FILES = ("/v1/files", "/v1/batches", "/v1/files/file-1", "/v1/batches/batch_1")
"""What may be looked at with the scope batch."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> object:
        """The error's code, in OpenAI's shape."""
        return self.json["error"]["code"]


def bearer(secret: str) -> Headers:
    return [("Authorization", f"Bearer {secret}")]


def x_api_key(secret: str) -> Headers:
    return [("x-api-key", secret)]


@dataclass(frozen=True)
class GuardedServer:
    """`secret` is that of a key which may chat and use batches."""

    api: Api
    port: int
    file: KeyFile
    loop: asyncio.AbstractEventLoop
    signing_key: rsa.RSAPrivateKey
    public_pem: bytes
    secret: str

    def connect(self, *, source: str = "127.0.0.1") -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=REPLY_SECONDS, source_address=(source, 0)
        )

    def send(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        *,
        method: str = "GET",
        headers: Headers = (),
        body: object = None,
    ) -> http.client.HTTPResponse:
        """The response, whose body may still come. Headers may come twice."""
        connection.putrequest(method, path)
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(content)))
        for name, value in headers:
            connection.putheader(name, value.encode())
        connection.endheaders(content)
        return connection.getresponse()

    def ask(self, path: str, *, source: str = "127.0.0.1", **options: Any) -> Reply:
        """One request in a connection of its own."""
        with closing(self.connect(source=source)) as connection:
            response = self.send(connection, path, **options)
            return Reply(response.status, response.headers, response.read())

    def post(self, path: str, headers: Headers = (), **fields: Any) -> Reply:
        """A request to the model."""
        body = {"model": "default", **ASKS[path], **fields}
        return self.ask(path, method="POST", headers=headers, body=body)

    def answers_who_may(self) -> bool:
        """Whether the right key is answered as ever."""
        reply = self.post(CHAT, bearer(self.secret))
        assert reply.status == 200, reply
        return bool(reply.json["choices"][0]["message"]["content"] == ANSWER)

    def add_key(
        self,
        name: str,
        *,
        scopes: frozenset[Scope] = DEFAULT_SCOPES,
        limits: KeyLimits = NO_LIMITS,
        expires_unix: int | None = None,
    ) -> str:
        """The secret of a key that the server knows by now; it takes the place of one so named."""
        secret = new_secret()
        key = ApiKey(name, digest_of(secret), int(time.time()), scopes, limits, expires_unix)
        self.file.change(lambda keys: [*(each for each in keys if each.name != name), key])
        self.run(self.api.door.refresh())
        return secret

    def revoke(self, name: str) -> None:
        """The server is not told: it has to see for itself."""
        self.file.change(lambda keys: [each for each in keys if each.name != name])

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Have the server's event loop do it."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=REPLY_SECONDS)


def make_key() -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key to sign tokens with, and its public half in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key, key.public_key().public_bytes(serialization.Encoding.PEM, form)


@contextmanager
def guarded_server(folder: Path) -> Iterator[GuardedServer]:
    """Serve until the block is left; the engine must hold nothing then."""
    signing_key, public_pem = make_key()
    (folder / "public.pem").write_bytes(public_pem)
    settings = Settings(
        _env_file=None,
        _env_prefix="NOT_READ_",
        data_dir=folder,
        lan=True,
        trusted_proxies=(PROXY,),
        jwt_key_file=folder / "public.pem",
        jwt_algorithm="RS256",
        jwt_issuer=ISSUER,
        jwt_audience=AUDIENCE,
        keep_alive_seconds=0.1,
        share_answers=False,
        answer_cache_mb=0,
    )
    loop = asyncio.new_event_loop()
    started: Future[Api] = Future()
    is_over = asyncio.Event()

    async def serve() -> None:
        async with serving(settings, None, waits=True) as api:
            api.will_say(ANSWER)
            started.set_result(api)
            await is_over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="guarded")
    thread.start()
    try:
        api = started.result(timeout=60)
        server = GuardedServer(
            api,
            int(api.url.rpartition(":")[2]),
            KeyFile(folder),
            loop,
            signing_key,
            public_pem,
            secret="",
        )
        server = GuardedServer(**{**vars(server), "secret": server.add_key("nas")})
        for path in ASKS:  # so that its threads have started
            server.post(path, bearer(server.secret))
        yield server
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join()
        loop.close()
