"""The context that a running server has, whose certificate may change.

Thread: event loop; files are read on asyncio's own pool.
"""

import asyncio
import ssl
import time
from collections.abc import Callable

from loguru import logger

from tls.errors import TlsProblem
from tls.key_pair import KeyPair, load_context

POLL_SECONDS = 0.5
"""New connections get a new certificate within this time and a little."""
RENEWAL_SECONDS = 60.0
"""How often it is looked whether the pair itself is the right one, as when addresses change."""


class LiveContext:
    """Serves with the newest pair that can be used. Connections keep what they began with."""

    def __init__(self, find_pair: Callable[[], KeyPair]) -> None:
        """Raises TlsProblem: there is no pair that can be used."""
        self._find_pair = find_pair
        self._pair = find_pair()
        self._found_seconds = time.monotonic()
        self._current = self.context = load_context(self._pair)
        self._stamp = self._pair.stamp()
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        """OpenSSL asks at the beginning of every connection, whether the client named us or not.

        NOTE: loading a new pair into the context itself is not all or nothing.
        """
        connection.context = self._current

    async def watch(self) -> None:
        """Notice new files, for as long as the server runs."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await asyncio.to_thread(self._look)

    async def reload(self) -> None:
        """Look at once, as when somebody asks for it by a signal."""
        await asyncio.to_thread(self._load)

    def _look(self) -> None:
        if time.monotonic() - self._found_seconds > RENEWAL_SECONDS:
            self._find_again()
        try:
            has_changed = self._pair.stamp() != self._stamp
        except OSError:
            return  # it may be on its way: whoever replaces a file may remove it first
        if has_changed:
            self._load()

    def _find_again(self) -> None:
        self._found_seconds = time.monotonic()
        try:
            self._pair = self._find_pair()
        except TlsProblem as problem:
            logger.warning("the certificate is not renewed: {}", problem)

    def _load(self) -> None:
        try:
            self._stamp = self._pair.stamp()
            self._current = load_context(self._pair)
        except (TlsProblem, OSError) as problem:
            logger.error("the new certificate is not used, the old one stays: {}", problem)
            return
        logger.info("new connections get the certificate now in {}", self._pair.certificate)
