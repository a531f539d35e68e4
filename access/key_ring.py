"""The keys that a running server knows: found by secret, and read again when their file changes.

Thread: event loop.
"""

import asyncio
import hmac
from collections.abc import Mapping, Sequence

from loguru import logger

from access.errors import KeysProblem
from access.key_file import KeyFile, Version
from access.keys import ApiKey, digest_of


class KeyRing:
    """`load` first. A file that becomes unreadable leaves the keys as they were, and is an error in
    the log: nobody is let in by it, and nobody thrown out."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file
        self._version: Version | None = None
        self._keys: Mapping[str, ApiKey] = {}
        self._problem = ""

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> Sequence[ApiKey]:
        return tuple(self._keys.values())

    def load(self) -> None:
        """Read the file. Blocks.

        Raises:
            KeysProblem: it cannot be used.
        """
        # The version first: what is written meanwhile is seen the next time.
        version = self._file.version()
        self._keys = {key.digest: key for key in self._file.read()}
        self._version = version

    def find(self, secret: str) -> ApiKey | None:
        """The key of this secret.

        How long a look takes says something about a digest at most, from which nobody comes to a
        secret; that it is the whole digest is compared in constant time all the same.
        """
        digest = digest_of(secret)
        key = self._keys.get(digest)
        return key if key and hmac.compare_digest(key.digest, digest) else None

    def as_it_is(self, key: ApiKey) -> ApiKey | None:
        """The key with what was changed of it meanwhile; None if it is gone."""
        return self._keys.get(key.digest)

    async def refresh(self, *, always: bool = False) -> bool:
        """Read the file again if it has changed; whether it was read."""
        try:
            return await asyncio.to_thread(self._load_changed, always=always)
        except KeysProblem as problem:
            if str(problem) != self._problem:
                logger.error("the keys stay as they were: {}", problem)
            self._problem = str(problem)
            return False

    def _load_changed(self, *, always: bool) -> bool:
        if not always and self._file.version() == self._version:
            return False
        self.load()
        self._problem = ""
        return True
