"""Callers without a key."""

import pytest

from tests.api.conftest import CHAT
from tests.attacks.guarded import ASKS, FILES, LOOKS, GuardedServer, Headers

WITHOUT: dict[str, Headers] = {
    "nothing": [],
    "empty bearer": [("Authorization", "Bearer ")],
    "bearer alone": [("Authorization", "Bearer")],
    "empty": [("Authorization", "")],
    "empty x-api-key": [("x-api-key", "")],
    "spaces": [("x-api-key", "   ")],
    "both empty": [("x-api-key", ""), ("Authorization", "Bearer  ")],
    "another header": [("api-key", "KEY"), ("X-Auth-Token", "KEY"), ("Proxy-Authorization", "KEY")],
    "a cookie": [("Cookie", "api_key=KEY; Authorization=KEY; x-api-key=KEY")],
    "another method in a header": [("X-HTTP-Method-Override", "GET"), ("X-Original-URL", "/ready")],
    "a public path in a header": [("X-Rewrite-URL", "/health"), ("X-Forwarded-Prefix", "/health")],
    "says that it is local": [("X-Real-IP", "127.0.0.1"), ("X-Forwarded-Host", "localhost")],
}


@pytest.mark.parametrize("path", ASKS)
def test_the_model_cannot_be_asked_without_a_key(guarded: GuardedServer, path: str) -> None:
    reply = guarded.post(path)
    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert guarded.answers_who_may()


@pytest.mark.parametrize("path", [*LOOKS, *FILES, "/no/such/path", "/metrics", "/v1/models/../x"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_can_be_looked_at_without_a_key(
    guarded: GuardedServer, path: str, method: str
) -> None:
    assert guarded.ask(path, method=method).status == 401
    assert guarded.answers_who_may()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("OPTIONS", CHAT),
        ("PUT", CHAT),
        ("PATCH", "/v1/models"),
        ("TRACE", "/"),
        ("DELETE", "/v1/files/file-1"),
        ("POST", "/v1/batches/batch_1/cancel"),
        ("POST", "/v1/files"),
        ("POST", "/health"),
        ("POST", "/health/../v1/chat/completions"),
        ("GET", "/health/"),
        ("GET", "/HEALTH"),
        ("GET", "//health"),
        ("GET", "/health%2f..%2fv1%2fmodels"),
        ("POST", "/v1/chat/completions?api_key=KEY&key=KEY&access_token=KEY"),
    ],
)
def test_no_method_and_no_way_to_write_a_path_goes_around_the_key(
    guarded: GuardedServer, method: str, path: str
) -> None:
    path = path.replace("KEY", guarded.secret)
    assert guarded.ask(path, method=method, body={}).status == 401
    assert guarded.answers_who_may()


@pytest.mark.parametrize("case", WITHOUT)
def test_a_key_counts_only_where_it_belongs(guarded: GuardedServer, case: str) -> None:
    headers = [(name, value.replace("KEY", guarded.secret)) for name, value in WITHOUT[case]]
    reply = guarded.post(CHAT, headers)
    assert (reply.status, reply.code) == (401, "invalid_api_key")
    assert guarded.answers_who_may()


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_whether_it_lives_may_be_asked_by_everybody(guarded: GuardedServer, path: str) -> None:
    assert guarded.ask(path).status == 200
    assert guarded.ask(path, headers=[("x-api-key", "wrong")]).status == 200
