"""API keys: what one is, how it is made and how it is recognised.

Thread: both.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from pydantic import ConfigDict

from access.errors import KeysProblem

Scope = Literal["chat", "batch", "admin"]
"""chat: every way to ask the model. batch: files and batches. admin: what is under /admin/."""

SCOPES: tuple[Scope, ...] = get_args(Scope)
DEFAULT_SCOPES: frozenset[Scope] = frozenset({"chat", "batch"})

PREFIX = "hearth-"
SECRET_BYTES = 32
"""So many that nobody guesses one: that is why a fast hash is enough, and a slow one would only
slow the server."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
NAME_RULE = "1 to 64 letters, digits, '.', '_', '@' and '-', a letter or digit first"


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a key may use; None is no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_concurrent: int | None = None


NO_LIMITS = KeyLimits()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What the bearer of a credential is called and may do.

    `digest` is the SHA-256 of the secret, in hex. A signed token stands for a key that is in no
    file: its digest is empty.
    """

    # A field of a newer Hearth may be a restriction: it must not be overlooked.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    digest: str
    created_unix: int
    scopes: frozenset[Scope] = DEFAULT_SCOPES
    limits: KeyLimits = field(default=NO_LIMITS)
    expires_unix: int | None = None

    def has_expired(self, now_unix: float) -> bool:
        return self.expires_unix is not None and now_unix >= self.expires_unix


def new_secret() -> str:
    """A credential for a key; it is shown once and kept nowhere."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a credential, and by which it is recognised."""
    # What a header says need not be UTF-8: aiohttp keeps such bytes as surrogates.
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def check_name(name: str) -> str:
    """The name, if it can be a key's.

    Raises:
        KeysProblem: it cannot.
    """
    if not NAME.fullmatch(name):
        raise KeysProblem(f"{name[:80]!r} cannot be the name of a key; allowed: {NAME_RULE}")
    return name
