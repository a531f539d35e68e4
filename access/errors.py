"""Why a request is not let in, and why keys cannot be used.

Thread: both.

AccessError             a request is refused, or ended
├── NotAdmitted         no credential that is valid
├── NotAllowed          a valid one that lacks the scope
└── OverLimit           a valid one that has used up what it may
    └── TokensUsedUp    in tokens
KeysProblem             the file of keys, or the settings of tokens; for whoever runs the server
"""


class AccessError(Exception):
    """The message is for the client: no credential is in it, and no name but the client's own."""


class NotAdmitted(AccessError):
    """No credential, or one that is unknown, expired or revoked."""


class NotAllowed(AccessError):
    """The credential is good, and not for this."""


class OverLimit(AccessError):
    """A limit of the key is reached."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TokensUsedUp(OverLimit):
    """The limit in tokens."""


class KeysProblem(Exception):
    """What is wrong with a key or its file, and the way out, in one line."""
