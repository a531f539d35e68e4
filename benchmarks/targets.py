"""Where requests go: a server that listens somewhere, whoever started it.

Thread: both.
"""

import http.client
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

CHAT = "/v1/chat/completions"
HTTP_SECONDS = 30.0


class ServerFailed(Exception):
    """A server did not start or did not stay; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go: a server, and the name of its model.

    `is_exact` says that answers have as many tokens as were asked for; only random models promise.
    """

    name: str
    host: str
    port: int
    model_id: str
    path: str = CHAT
    is_exact: bool = True
    api_key: str = ""

    @classmethod
    def at(cls, url: str, *, model_id: str) -> "Target":
        """An OpenAI-compatible server that is running already.

        Raises:
            ValueError: not a plain http URL.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url} is no URL like http://127.0.0.1:8080")
        base = parts.path.rstrip("/").removesuffix("/v1")
        return cls(
            parts.netloc, parts.hostname, parts.port or 80, model_id, base + CHAT, is_exact=False
        )

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET; status 0 where nobody listens."""
        try:
            status, body = self._exchange("GET", path)
        except (OSError, http.client.HTTPException):
            return 0, None
        return status, orjson.loads(body) if body else None

    def post(self, body: str) -> bytes:
        """The answer to a chat, as it is, for one that is not measured.

        Raises:
            ServerFailed: it is an error.
        """
        status, answer = self._exchange("POST", self.path, body)
        if status != 200:
            raise ServerFailed(f"{self.name} answered {status}: {answer.decode(errors='replace')}")
        return answer

    def send(
        self, method: str, path: str, body: bytes | None = None, *, content_type: str = ""
    ) -> Any:
        """The JSON of an answer.

        Raises:
            ServerFailed: it is an error.
        """
        status, answer = self._exchange(method, path, body, content_type=content_type)
        if status != 200:
            raise ServerFailed(f"{self.name} answered {status}: {answer.decode(errors='replace')}")
        return orjson.loads(answer)

    def _exchange(
        self, method: str, path: str, body: str | bytes | None = None, *, content_type: str = ""
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=HTTP_SECONDS)
        headers = {"Content-Type": content_type} if content_type else {}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
