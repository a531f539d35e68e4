"""The key that a server makes for itself when it needs one and has none.

Thread: event loop, before anything is served.
"""

import time
from collections.abc import Sequence

from access.key_file import KeyFile
from access.keys import ApiKey, digest_of, new_secret

NAME = "first"


def make_first_key(file: KeyFile) -> str | None:
    """The secret of a new key, to be shown once; None where there is a key already. Blocks.

    Raises:
        KeysProblem: the file cannot be read or written.
    """
    secret = new_secret()
    is_made = False

    def add(keys: Sequence[ApiKey]) -> Sequence[ApiKey]:
        nonlocal is_made
        is_made = not keys
        return keys or (ApiKey(NAME, digest_of(secret), int(time.time())),)

    if not file.read():
        file.change(add)
    return secret if is_made else None
