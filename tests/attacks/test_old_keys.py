"""Keys that have expired or were revoked."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.api.conftest import CHAT
from tests.attacks.guarded import (
    ASKS,
    FILES,
    LOOKS,
    SOON_SECONDS,
    GuardedServer,
    Headers,
    bearer,
    x_api_key,
)

PLACES = [*(("POST", path) for path in ASKS), *(("GET", path) for path in (*LOOKS, *FILES))]

STREAMS: dict[str, dict[str, Any]] = {
    CHAT: {"stream": True},
    "/v1/completions": {"stream": True, "max_tokens": 50},
    "/v1/responses": {"stream": True},
    "/v1/messages": {"stream": True, "max_tokens": 50},
    "/api/chat": {"stream": True},
    "/api/generate": {"stream": True},
}


@pytest.fixture
def closed_gate(guarded: GuardedServer) -> Iterator[None]:
    """No token comes while the test runs."""
    guarded.api.gate.close()
    yield
    guarded.api.gate.open()


def ask(guarded: GuardedServer, method: str, path: str, headers: Headers) -> int:
    if method == "POST":
        return guarded.post(path, headers).status
    return guarded.ask(path, headers=headers).status


def wait_until_refused(guarded: GuardedServer, secret: str) -> float:
    """How long a key that was revoked still opens."""
    since = time.monotonic()
    while guarded.ask("/v1/models", headers=bearer(secret)).status != 401:
        assert time.monotonic() - since < SOON_SECONDS, "it still opens"
    return time.monotonic() - since


@pytest.mark.parametrize(("method", "path"), PLACES)
@pytest.mark.parametrize("header", [bearer, x_api_key])
def test_an_expired_key_opens_nothing(
    guarded: GuardedServer, header: Callable[[str], Headers], method: str, path: str
) -> None:
    secret = guarded.add_key("old", expires_unix=int(time.time()) - 1)
    assert ask(guarded, method, path, header(secret)) == 401
    assert guarded.answers_who_may()


@pytest.mark.parametrize("seconds", [0, 1, 60, 86_400, 10 * 365 * 86_400])
def test_however_long_ago_it_was(guarded: GuardedServer, seconds: int) -> None:
    secret = guarded.add_key("old", expires_unix=max(0, int(time.time()) - seconds))
    assert guarded.post(CHAT, bearer(secret)).code == "invalid_api_key"
    assert guarded.answers_who_may()


def test_a_key_that_expires_later_opens(guarded: GuardedServer) -> None:
    secret = guarded.add_key("young", expires_unix=int(time.time()) + 60)
    assert guarded.post(CHAT, bearer(secret)).status == 200


@pytest.mark.parametrize(("method", "path"), PLACES)
def test_a_revoked_key_opens_nothing(guarded: GuardedServer, method: str, path: str) -> None:
    secret = guarded.add_key("gone")
    assert guarded.ask("/v1/models", headers=bearer(secret)).status == 200
    guarded.revoke("gone")
    guarded.run(guarded.api.door.refresh())
    assert ask(guarded, method, path, bearer(secret)) == 401
    assert ask(guarded, method, path, x_api_key(secret)) == 401
    assert guarded.answers_who_may()


def test_a_revoked_key_is_noticed_by_a_server_that_is_not_told(guarded: GuardedServer) -> None:
    secret = guarded.add_key("gone")
    guarded.revoke("gone")
    assert wait_until_refused(guarded, secret) < SOON_SECONDS


def test_a_new_key_of_the_same_name_does_not_revive_the_old_one(guarded: GuardedServer) -> None:
    old = guarded.add_key("again")
    new = guarded.add_key("again")
    assert guarded.post(CHAT, bearer(old)).status == 401
    assert guarded.post(CHAT, bearer(new)).status == 200


def test_a_connection_that_was_let_in_is_not_let_in_for_ever(guarded: GuardedServer) -> None:
    secret = guarded.add_key("gone")
    with closing(guarded.connect()) as connection:
        response = guarded.send(connection, "/v1/models", headers=bearer(secret))
        assert (response.status, bool(response.read())) == (200, True)
        guarded.revoke("gone")
        guarded.run(guarded.api.door.refresh())
        response = guarded.send(connection, "/v1/models", headers=bearer(secret))
        assert (response.status, bool(response.read())) == (401, True)


@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_of_a_revoked_key_ends_in_an_error(guarded: GuardedServer, path: str) -> None:
    secret = guarded.add_key("gone")
    guarded.api.gate.close(after=2)
    try:
        with closing(guarded.connect()) as connection:
            response = open_stream(guarded, connection, path, secret)
            first = response.read1(100)
            guarded.revoke("gone")
            since = time.monotonic()
            rest = response.read().decode()
            assert first
            assert time.monotonic() - since < SOON_SECONDS
    finally:
        guarded.api.gate.open()
    assert "revoked" in rest.splitlines()[-2 if path.startswith("/v1/") else -1]
    assert "[DONE]" not in rest
    assert guarded.answers_who_may()


def open_stream(
    guarded: GuardedServer, connection: http.client.HTTPConnection, path: str, secret: str
) -> http.client.HTTPResponse:
    body = {"model": "default", **ASKS[path], **STREAMS[path]}
    response = guarded.send(connection, path, method="POST", headers=bearer(secret), body=body)
    assert response.status == 200
    return response


def test_a_stream_ends_when_its_key_expires(guarded: GuardedServer) -> None:
    secret = guarded.add_key("short", expires_unix=int(time.time()) + 1)
    guarded.api.gate.close(after=2)
    try:
        with closing(guarded.connect()) as connection:
            response = open_stream(guarded, connection, CHAT, secret)
            assert "expired" in response.read().decode()
    finally:
        guarded.api.gate.open()


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.usefixtures("closed_gate")
def test_a_whole_answer_of_a_revoked_key_becomes_401(guarded: GuardedServer, path: str) -> None:
    secret = guarded.add_key("gone")
    revoking = threading.Timer(0.1, guarded.revoke, ["gone"])
    revoking.start()
    reply = guarded.post(path, bearer(secret), stream=False)
    revoking.join()
    assert reply.status == 401
    assert b"revoked" in reply.body


def test_the_streams_of_others_go_on(guarded: GuardedServer) -> None:
    secrets = [guarded.add_key(f"other-{index}") for index in range(4)]
    gone = guarded.add_key("gone")
    guarded.api.gate.close(after=2)
    with ExitStack() as stack:
        try:
            connections = [stack.enter_context(closing(guarded.connect())) for _ in range(5)]
            responses = [
                open_stream(guarded, connection, CHAT, secret)
                for connection, secret in zip(connections, [*secrets, gone], strict=True)
            ]
            guarded.revoke("gone")
            assert "revoked" in responses.pop().read().decode()
        finally:
            guarded.api.gate.open()
        for response in responses:
            assert "[DONE]" in response.read().decode()
    for index in range(4):
        guarded.revoke(f"other-{index}")
