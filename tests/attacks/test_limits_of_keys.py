"""Keys that want more than they may."""

from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from access.keys import KeyLimits
from tests.api.conftest import CHAT
from tests.attacks.guarded import ASKS, GuardedServer, Headers, bearer, x_api_key

ONE_REQUEST = KeyLimits(requests_per_minute=1)
FEW_TOKENS = KeyLimits(tokens_per_minute=5)
ONE_AT_ONCE = KeyLimits(max_concurrent=1)

ANSWERED = [path for path in ASKS if not path.endswith(("count_tokens", "input_tokens"))]
ANSWERED = [path for path in ANSWERED if "tokenize" not in path and path != "/api/show"]

EVASIONS: dict[str, tuple[str, Headers]] = {
    "another address": ("127.0.0.2", []),
    "through a proxy": ("127.0.0.9", [("X-Forwarded-For", "203.0.113.7")]),
    "says another address": ("127.0.0.1", [("X-Forwarded-For", "203.0.113.8")]),
    "another real address": ("127.0.0.1", [("X-Real-IP", "203.0.113.8")]),
    "another user": ("127.0.0.1", [("X-Forwarded-User", "admin"), ("OpenAI-Organization", "x")]),
    "an idempotency key": ("127.0.0.1", [("Idempotency-Key", "a-new-one")]),
    "no cache": ("127.0.0.1", [("Cache-Control", "no-store")]),
    "another method": ("127.0.0.1", [("X-HTTP-Method-Override", "GET")]),
    "a trace": ("127.0.0.1", [("traceparent", "00-1-1-01")]),
}


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Of a key that no other test has used up."""
    return f"limited-{abs(hash(request.node.nodeid))}"


@pytest.mark.parametrize("path", ASKS)
def test_no_endpoint_goes_around_the_limit_in_requests(
    guarded: GuardedServer, name: str, path: str
) -> None:
    secret = guarded.add_key(name, limits=ONE_REQUEST)
    first, second = (guarded.post(path, bearer(secret)) for _ in "ab")
    assert (first.status, second.status) == (200, 429)
    assert first.headers["x-ratelimit-limit-requests"] == "1"
    assert first.headers["x-ratelimit-remaining-requests"] == "0"
    assert first.headers["x-ratelimit-reset-requests"] in ("1m0s", "59s")
    assert 1 <= int(second.headers["Retry-After"]) <= 60
    assert guarded.answers_who_may()


@pytest.mark.parametrize("path", ANSWERED)
def test_no_endpoint_goes_around_the_limit_in_tokens(
    guarded: GuardedServer, name: str, path: str
) -> None:
    secret = guarded.add_key(name, limits=FEW_TOKENS)
    first, second = (guarded.post(path, bearer(secret)) for _ in "ab")
    assert (first.status, second.status) == (200, 429)
    assert first.headers["x-ratelimit-remaining-tokens"] == "5"
    assert second.headers["x-ratelimit-remaining-tokens"] == "0"
    assert b"5 tokens per minute" in second.body
    assert guarded.answers_who_may()


@pytest.mark.parametrize("path", ANSWERED)
def test_a_stream_counts_as_a_whole_answer_does(
    guarded: GuardedServer, name: str, path: str
) -> None:
    secret = guarded.add_key(name, limits=FEW_TOKENS)
    assert guarded.post(path, bearer(secret), stream=True).status == 200
    assert guarded.post(path, bearer(secret), stream=True).status == 429
    assert guarded.answers_who_may()


@pytest.mark.parametrize("case", EVASIONS)
@pytest.mark.parametrize("limits", [ONE_REQUEST, FEW_TOKENS])
def test_a_limit_is_that_of_the_key_however_it_comes(
    guarded: GuardedServer, name: str, limits: KeyLimits, case: str
) -> None:
    secret = guarded.add_key(name, limits=limits)
    assert guarded.post(CHAT, bearer(secret)).status == 200
    source, headers = EVASIONS[case]
    body = {"model": "default", **ASKS[CHAT]}
    for key in (bearer(secret), x_api_key(secret)):
        sent = [*headers, *key]
        reply = guarded.ask(CHAT, source=source, method="POST", headers=sent, body=body)
        assert (reply.status, reply.code) == (429, "rate_limit_exceeded")
    assert guarded.answers_who_may()


@pytest.mark.parametrize("path", ANSWERED)
def test_only_so_many_requests_run_at_once(guarded: GuardedServer, name: str, path: str) -> None:
    secret = guarded.add_key(name, limits=ONE_AT_ONCE)
    body = {"model": "default", **ASKS[CHAT], "stream": True}
    guarded.api.gate.close(after=2)
    try:
        with ExitStack() as stack:
            connection = stack.enter_context(closing(guarded.connect()))
            stream = guarded.send(
                connection, CHAT, method="POST", headers=bearer(secret), body=body
            )
            assert stream.status == 200
            refused = guarded.post(path, bearer(secret))
            assert refused.status == 429
            assert b"may have 1 at once" in refused.body
            guarded.api.gate.open()
            assert b"[DONE]" in stream.read()
    finally:
        guarded.api.gate.open()
    assert guarded.post(path, bearer(secret)).status == 200


def test_a_client_that_leaves_gives_its_place_back(guarded: GuardedServer, name: str) -> None:
    secret = guarded.add_key(name, limits=ONE_AT_ONCE)
    body = {"model": "default", **ASKS[CHAT], "stream": True}
    guarded.api.gate.close(after=2)
    try:
        with closing(guarded.connect()) as connection:
            guarded.send(connection, CHAT, method="POST", headers=bearer(secret), body=body)
    finally:
        guarded.api.gate.open()
    statuses = [guarded.post(CHAT, bearer(secret)).status for _ in range(20)]
    assert statuses[-1] == 200


def test_a_refused_request_does_not_count(guarded: GuardedServer, name: str) -> None:
    secret = guarded.add_key(name, limits=KeyLimits(requests_per_minute=2))
    statuses = [guarded.post(CHAT, bearer(secret)).status for _ in range(5)]
    assert statuses == [200, 200, 429, 429, 429]


def test_a_limit_that_is_raised_counts_at_once(guarded: GuardedServer, name: str) -> None:
    secret = guarded.add_key(name, limits=ONE_REQUEST)
    assert [guarded.post(CHAT, bearer(secret)).status for _ in "ab"] == [200, 429]
    raised = KeyLimits(requests_per_minute=10)
    guarded.file.change(
        lambda keys: [replace(key, limits=raised) if key.name == name else key for key in keys]
    )
    guarded.run(guarded.api.door.refresh())
    assert guarded.post(CHAT, bearer(secret)).status == 200


def test_where_nothing_is_limited_no_header_says_so(guarded: GuardedServer) -> None:
    headers = guarded.post(CHAT, bearer(guarded.secret)).headers
    assert not [name for name in headers if name.startswith("x-ratelimit")]
