"""Signed tokens (JWT) that are not what they say."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.api.conftest import CHAT
from tests.attacks.guarded import AUDIENCE, ISSUER, GuardedServer, bearer, make_key, x_api_key
from tests.attacks.test_scopes import upload

NOW = int(time.time())
LEFT_OUT = object()


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token, with changes."""
    good = {
        "sub": "service",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": NOW + 3_600,
        "scope": "chat batch",
        **changes,
    }
    return {name: value for name, value in good.items() if value is not LEFT_OUT}


def signed(guarded: GuardedServer, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Signed as it should be."""
    return jwt.encode(claims(**changes), guarded.signing_key, "RS256", headers=header)


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(algorithm: object, signature: str = "") -> str:
    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims())}.{signature}"


def by_hmac(secret: bytes, algorithm: str = "HS256") -> str:
    """What a library that believes the header would check with the public key as the secret."""
    head = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims())}"
    return f"{head}.{part(hmac.digest(secret, head.encode(), hashlib.sha256))}"


def with_parts(guarded: GuardedServer, **changes: str) -> str:
    """A good token with another head, body or signature."""
    names = ("head", "body", "signature")
    parts = dict(zip(names, signed(guarded).split("."), strict=True)) | changes
    return ".".join(parts[name] for name in names)


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 1},
    "expired long ago": {"exp": 0},
    "expires in a negative time": {"exp": -1},
    "never expires": {"exp": LEFT_OUT},
    "expires when nobody knows": {"exp": None},
    "expires in words": {"exp": "tomorrow"},
    "expires in a list": {"exp": [NOW + 3_600]},
    "expires in infinity": {"exp": float("inf")},
    "not yet valid": {"nbf": NOW + 3_600},
    "from the future": {"iat": NOW + 3_600},
    "another issuer": {"iss": "https://evil.example"},
    "almost the issuer": {"iss": ISSUER + "/"},
    "no issuer": {"iss": LEFT_OUT},
    "another audience": {"aud": "other"},
    "other audiences": {"aud": ["other", "others"]},
    "no audience": {"aud": LEFT_OUT},
    "no subject": {"sub": LEFT_OUT},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 7},
    "a subject that is a path": {"sub": "../nas"},
    "a subject of two lines": {"sub": "nas\nadmin"},
    "a subject that is too long": {"sub": "a" * 65},
}

FORGED: dict[str, Callable[[GuardedServer], str]] = {
    "alg none": lambda guarded: unsigned("none"),
    "alg None": lambda guarded: unsigned("None"),
    "alg NONE, signed": lambda guarded: unsigned("NONE", "AAAA"),
    "alg null": lambda guarded: unsigned(None),
    "alg empty": lambda guarded: unsigned(""),
    "alg a list": lambda guarded: unsigned(["RS256", "none"]),
    "the public key as a secret": lambda guarded: by_hmac(guarded.public_pem),
    "the public key, stripped": lambda guarded: by_hmac(guarded.public_pem.strip()),
    "HMAC that says RS256": lambda guarded: by_hmac(guarded.public_pem, "RS256"),
    "an empty secret": lambda guarded: by_hmac(b""),
    "another RSA key": lambda guarded: jwt.encode(claims(), make_key()[0], "RS256"),
    "another RSA algorithm": lambda guarded: jwt.encode(claims(), guarded.signing_key, "RS512"),
    "PSS": lambda guarded: jwt.encode(claims(), guarded.signing_key, "PS256"),
    "an EC key": lambda guarded: jwt.encode(
        claims(), ec.generate_private_key(ec.SECP256R1()), "ES256"
    ),
    "its own key in the head": lambda guarded: jwt.encode(
        claims(), make_key()[0], "RS256", headers={"jwk": {"kty": "RSA", "n": "AQ", "e": "AQAB"}}
    ),
    "an address of a key": lambda guarded: jwt.encode(
        claims(), make_key()[0], "RS256", headers={"jku": "http://127.0.0.1:1/keys.json"}
    ),
    "kid as a path": lambda guarded: jwt.encode(
        claims(), make_key()[0], "RS256", headers={"kid": "../../../../dev/null"}
    ),
    "kid as a path, empty secret": lambda guarded: jwt.encode(
        claims(), b"\0" * 32, "HS256", headers={"kid": "/dev/null"}
    ),
    "kid as SQL": lambda guarded: jwt.encode(
        claims(), make_key()[0], "RS256", headers={"kid": "x' UNION SELECT 'k"}
    ),
    "crit": lambda guarded: signed(guarded, header={"crit": ["exp"], "b64": True}),
    "b64 false": lambda guarded: with_parts(
        guarded, head=part({"alg": "RS256", "b64": False, "crit": ["b64"]}), body=""
    ),
    "no signature": lambda guarded: with_parts(guarded, signature=""),
    "a short signature": lambda guarded: signed(guarded)[:-20],
    "another body": lambda guarded: with_parts(guarded, body=part(claims(sub="root"))),
    "another head": lambda guarded: with_parts(guarded, head=part({"alg": "RS256"})),
    "bad base64": lambda guarded: with_parts(guarded, body="!!!!"),
    "no JSON": lambda guarded: with_parts(guarded, body=part(b"{")),
    "JSON that is no object": lambda guarded: with_parts(guarded, body=part([1])),
    "deep JSON": lambda guarded: with_parts(guarded, head=part(b"[" * 2_000)),
    "two parts": lambda guarded: signed(guarded).rpartition(".")[0],
    "four parts": lambda guarded: signed(guarded) + ".AAAA",
    "dots": lambda guarded: "..",
    "encrypted": lambda guarded: signed(guarded) + ".AAAA.AAAA",
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_token_does_not_open(guarded: GuardedServer, case: str) -> None:
    token = FORGED[case](guarded)
    for headers in (bearer(token), x_api_key(token)):
        reply = guarded.post(CHAT, headers)
        assert (reply.status, reply.code) == (401, "invalid_api_key")
        assert token not in reply.body.decode() or token == ".."
    assert guarded.post(CHAT, bearer(signed(guarded))).status == 200


@pytest.mark.parametrize("case", WRONG_CLAIMS)
def test_a_token_with_a_wrong_claim_does_not_open(guarded: GuardedServer, case: str) -> None:
    header = part({"alg": "RS256", "typ": "JWT"})
    head = f"{header}.{part(claims(**WRONG_CLAIMS[case]))}"
    signature = jwt.get_algorithm_by_name("RS256").sign(head.encode(), guarded.signing_key)
    token = f"{head}.{part(signature)}"
    assert guarded.post(CHAT, bearer(token)).status == 401
    assert guarded.post(CHAT, bearer(signed(guarded))).status == 200


@pytest.mark.parametrize("scope", [LEFT_OUT, "", "chats", "CHAT", "admin", 7, {"chat": True}, []])
def test_a_token_opens_only_what_its_scope_names(guarded: GuardedServer, scope: object) -> None:
    assert guarded.post(CHAT, bearer(signed(guarded, scope=scope))).status == 403
    assert guarded.post(CHAT, bearer(signed(guarded, scope=["chat"]))).status == 200


def test_a_stream_ends_when_its_token_expires(guarded: GuardedServer) -> None:
    token = signed(guarded, exp=int(time.time()) + 2)
    guarded.api.gate.close(after=2)
    try:
        reply = guarded.post(CHAT, bearer(token), stream=True)
    finally:
        guarded.api.gate.open()
    assert "expired" in reply.body.decode()
    assert guarded.post(CHAT, bearer(token)).status == 401


async def test_a_token_named_like_a_key_has_nothing_of_that_keys(guarded: GuardedServer) -> None:
    place = f"/v1/files/{await upload(guarded)}"
    assert guarded.ask(place, headers=bearer(guarded.secret)).status == 200
    assert guarded.ask(place, headers=bearer(signed(guarded, sub="nas"))).status == 404


def test_the_names_of_tokens_are_no_labels_of_metrics(guarded: GuardedServer) -> None:
    guarded.post(CHAT, bearer(signed(guarded, sub="somebody")))
    admin = bearer(guarded.add_key("boss", scopes=frozenset({"admin"})))
    page = guarded.ask("/metrics", headers=admin).body
    assert b'hearth_key_requests_total{key="token:"}' in page
    assert b"somebody" not in page
