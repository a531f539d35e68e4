"""What keeps a server from speaking TLS.

Thread: both.
"""


class TlsProblem(Exception):
    """A certificate or key cannot be used; the message is one line with the way out."""
