"""Signed tokens (JWT) in the place of keys: one algorithm and one key, both from the settings.

Thread: event loop; the file is read before it runs.
Source: RFC 7519; RFC 8725 for what to refuse.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from access.errors import KeysProblem, NotAdmitted
from access.keys import NAME, SCOPES, ApiKey, Scope

Algorithm = Literal["HS256", "RS256", "ES256"]
KEY_TYPES: dict[Algorithm, type] = {
    "HS256": bytes,
    "RS256": RSAPublicKey,
    "ES256": EllipticCurvePublicKey,
}
WANTED: dict[Algorithm, str] = {
    "HS256": "a secret of at least 32 bytes",
    "RS256": "an RSA public key in PEM of at least 2048 bits",
    "ES256": "a public key in PEM on the curve P-256",
}


TOKEN_NAME = "token:{}"


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must have. What its own header says about algorithm and key is not asked for."""

    key: Any
    algorithm: Algorithm
    issuer: str | None = None
    audience: str | None = None


def read_rules(
    file: Path, algorithm: Algorithm, *, issuer: str | None, audience: str | None
) -> TokenRules:
    """The rules with the key of a file.

    Raises:
        KeysProblem: the file cannot be read, or has no key for this algorithm.
    """
    try:
        content = file.read_bytes().strip()
    except OSError as error:
        raise KeysProblem(f"--jwt-key-file {file} cannot be read: {error.strerror}") from None
    method = jwt.get_algorithm_by_name(algorithm)
    try:
        key = method.prepare_key(content)
    except (jwt.PyJWTError, ValueError, TypeError):
        key = None
    if not isinstance(key, KEY_TYPES[algorithm]) or method.check_key_length(key):
        raise KeysProblem(
            f"--jwt-key-file {file} has no key for --jwt-algorithm {algorithm}, which wants "
            f"{WANTED[algorithm]}"
        )
    return TokenRules(key, algorithm, issuer, audience)


def key_of_token(token: str, rules: TokenRules) -> ApiKey:
    """The key that a token stands for: `sub` is in its name, `scope` what it may do.

    Raises:
        NotAdmitted: its signature or a claim is wrong, missing or out of its time.
    """
    try:
        claims = jwt.decode(
            token,
            rules.key,
            algorithms=[rules.algorithm],
            issuer=rules.issuer,
            audience=rules.audience,
            options={"require": ["exp", "sub"], "enforce_minimum_key_length": True},
        )
        name, expires_unix = claims["sub"], int(claims["exp"])
    except (jwt.PyJWTError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        # The class alone: a message may quote the token.
        raise NotAdmitted(
            f"The token is not valid here ({type(error).__name__}). Ask whoever issues it for a "
            "new one."
        ) from None
    if not NAME.fullmatch(name):
        raise NotAdmitted("The token's 'sub' cannot be the name of a key.")
    # No key of the file has such a name: what belongs to one never belongs to a token.
    scopes = _scopes(claims.get("scope", ""))
    return ApiKey(TOKEN_NAME.format(name), "", 0, scopes, expires_unix=expires_unix)


def _scopes(claim: object) -> frozenset[Scope]:
    """Those of ours that the claim names: a text with spaces, or a list."""
    named = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else ()
    return frozenset(scope for scope in SCOPES if scope in named)
