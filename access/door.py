"""The door: which key a credential is, and whose requests must end.

Thread: event loop.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from loguru import logger

from access.addresses import Network
from access.errors import NotAdmitted
from access.key_ring import KeyRing
from access.keys import ApiKey
from access.rate_limits import RateLimits
from access.stays import Stays
from access.tokens import TokenRules, key_of_token

LOOK_SECONDS = 0.5
"""Between two looks at the file of keys: what changed there must count within a second."""

HOW = "Send 'Authorization: Bearer KEY' or 'x-api-key: KEY'; `./run.sh keys add` makes keys."


@dataclass(frozen=True, slots=True)
class DoorRules:
    """`requires_key`: of every caller. `trusts_loopback`: a caller on this machine has the scope
    admin without a key. Of `trusted_proxies` the X-Forwarded-For counts."""

    requires_key: bool = False
    trusts_loopback: bool = True
    trusted_proxies: Sequence[Network] = ()
    tokens: TokenRules | None = None


class Door:
    """Knows keys, counts what they use, and ends the requests of those that are gone."""

    def __init__(
        self, ring: KeyRing, rules: DoorRules, *, now: Callable[[], float] = time.time
    ) -> None:
        self.rules = rules
        self.limits = RateLimits()
        self.stays = Stays()
        self._ring = ring
        self._now = now

    def find_key(self, credentials: Sequence[str]) -> ApiKey | None:
        """The key of a request's credentials. Where none is required, None is a caller without;
        many clients cannot go without a credential and send one that means nothing.

        Raises:
            NotAdmitted: one is required, and there is none that is valid.
        """
        if not credentials and not self.rules.requires_key:
            return None
        try:
            return self._recognise(credentials)
        except NotAdmitted:
            if self.rules.requires_key:
                raise
            return None

    def _recognise(self, credentials: Sequence[str]) -> ApiKey:
        if not credentials:
            raise NotAdmitted(f"No API key was sent. {HOW}")
        secret, *others = credentials
        if any(other != secret for other in others):
            raise NotAdmitted(
                "Two different credentials were sent, in 'Authorization' and 'x-api-key' or twice "
                "in one of them. Send one."
            )
        key = self._ring.find(secret)
        if key is None and self.rules.tokens and secret.count(".") == 2:
            key = key_of_token(secret, self.rules.tokens)
        if key is None:
            raise NotAdmitted(f"The API key is not valid here: unknown or revoked. {HOW}")
        if key.has_expired(self._now()):
            raise NotAdmitted(f"The API key has expired. {HOW}")
        return key

    @property
    def keys(self) -> Sequence[ApiKey]:
        """Those of the file, as it was read last."""
        return self._ring.keys

    async def watch(self) -> None:
        """Look at the keys again and again, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.refresh()
            except Exception as error:  # without the watch, no key could be revoked
                logger.opt(exception=error).error("looking at the keys failed")

    async def refresh(self, *, always: bool = False) -> None:
        """Read keys that have changed, and end requests whose key is gone or has expired."""
        if await self._ring.refresh(always=always):
            logger.info("keys read again: {}", len(self._ring))
        now_unix = self._now()
        for stay in self.stays:
            key = self._ring.as_it_is(stay.key) if stay.key.digest else stay.key
            if key is None:
                stay.end(NotAdmitted("The API key was revoked while its request was answered."))
            elif key.has_expired(now_unix):
                stay.end(NotAdmitted("The API key expired while its request was answered."))

    def change_tokens(self, tokens: TokenRules | None) -> None:
        """Tokens must be as these rules say from now on; if that is new, all come in again."""
        if tokens == self.rules.tokens:
            return
        self.rules = replace(self.rules, tokens=tokens)
        logger.info("the key of tokens has changed")
        for stay in self.stays:
            if not stay.key.digest:
                stay.end(NotAdmitted("The key of tokens was changed. Ask for a new token."))
