"""Callers with something that is no key of this server."""

from collections.abc import Callable
from typing import Any

import pytest

from access.keys import digest_of, new_secret
from tests.api.conftest import CHAT
from tests.attacks.guarded import GuardedServer, Headers, bearer, x_api_key

SECRETS: dict[str, Callable[[str], str]] = {
    "another": lambda secret: new_secret(),
    "of OpenAI": lambda secret: "sk-" + secret,
    "without its prefix": lambda secret: secret.removeprefix("hearth-"),
    "only its prefix": lambda secret: "hearth-",
    "its beginning": lambda secret: secret[:-1],
    "its end": lambda secret: secret[1:],
    "one letter more": lambda secret: secret + "A",
    "one letter else": lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
    "upper case": str.upper,
    "lower case": str.lower,
    "backwards": lambda secret: secret[::-1],
    "twice": lambda secret: secret + secret,
    "in quotes": lambda secret: f'"{secret}"',
    "behind a comma": lambda secret: f"wrong, {secret}",
    "before a comma": lambda secret: f"{secret},wrong",
    "its hash": digest_of,
    "its hash as a key": lambda secret: f"hearth-{digest_of(secret)}",
    "its name": lambda secret: "nas",
    "a pattern": lambda secret: "*",
    "SQL": lambda secret: "' OR '1'='1",
    "JSON": lambda secret: '{"$ne": null}',
    "null": lambda secret: "null",
    "undefined": lambda secret: "undefined",
    "a path": lambda secret: "../../keys.json",
    "letters that look alike": lambda secret: secret.replace("e", "е"),
    "with a tab inside": lambda secret: secret[:9] + "\t" + secret[9:],
    "very long": lambda secret: "A" * 4_000,
    "percent": lambda secret: secret.replace("-", "%2D"),
}

HEADERS: dict[str, Callable[[str], Headers]] = {
    "basic": lambda secret: [("Authorization", f"Basic {secret}")],
    "no scheme": lambda secret: [("Authorization", secret)],
    "token": lambda secret: [("Authorization", f"Token {secret}")],
    "bearer twice in one": lambda secret: [("Authorization", f"Bearer Bearer {secret}")],
    "two, the wrong first": lambda secret: [*bearer("wrong"), *bearer(secret)],
    "two, the wrong last": lambda secret: [*bearer(secret), *bearer("wrong")],
    "two kinds": lambda secret: [*bearer(secret), *x_api_key("wrong")],
    "two kinds, the other way": lambda secret: [*x_api_key(secret), *bearer("wrong")],
    "scheme with x-api-key": lambda secret: x_api_key(f"Bearer {secret}"),
}


@pytest.mark.parametrize("case", SECRETS)
@pytest.mark.parametrize("header", [bearer, x_api_key])
def test_what_is_not_the_key_does_not_open(
    guarded: GuardedServer, header: Callable[[str], Headers], case: str
) -> None:
    wrong = SECRETS[case](guarded.secret)
    reply = guarded.post(CHAT, header(wrong))
    assert (reply.status, reply.code) == (401, "invalid_api_key")
    assert wrong not in reply.body.decode() or len(wrong) < 5
    assert guarded.answers_who_may()


@pytest.mark.parametrize("case", HEADERS)
def test_a_key_in_the_wrong_clothes_does_not_open(guarded: GuardedServer, case: str) -> None:
    reply = guarded.post(CHAT, HEADERS[case](guarded.secret))
    assert (reply.status, reply.code) == (401, "invalid_api_key")
    assert guarded.secret not in reply.body.decode()
    assert guarded.answers_who_may()


def test_a_refusal_does_not_say_whether_a_name_is_known(guarded: GuardedServer) -> None:
    bodies = {guarded.post(CHAT, bearer(name)).body for name in ("nas", "nobody", new_secret())}
    assert len(bodies) == 1


def test_two_that_are_the_same_are_one(guarded: GuardedServer) -> None:
    both = [*bearer(guarded.secret), *x_api_key(guarded.secret)]
    assert guarded.post(CHAT, both).status == 200


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (CHAT, {"error"}),
        ("/v1/messages", {"type", "error", "request_id"}),
        ("/api/chat", {"error"}),
    ],
)
def test_each_dialect_is_refused_in_its_own_shape(
    guarded: GuardedServer, path: str, keys: set[str]
) -> None:
    error = guarded.post(path, bearer("wrong")).json
    assert set(error) == keys
    if path == "/v1/messages":
        assert error["error"]["type"] == "authentication_error"
    if path == "/api/chat":
        assert isinstance(error["error"], str)


def test_no_secret_is_in_the_log(guarded: GuardedServer, log: list[dict[str, Any]]) -> None:
    guarded.post(CHAT, bearer("a-wrong-secret"))
    assert guarded.answers_who_may()
    assert guarded.secret not in str(log)
    assert "a-wrong-secret" not in str(log)
    assert log[-1]["key"] == "nas"
