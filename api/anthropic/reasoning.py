"""What a model thought, hidden in the signature that clients send back with the next request.

Thread: event loop. A client that does not show it still returns it, so the model can go on from
its thoughts after a tool's result, and the server keeps nothing.
"""

from base64 import b64decode, b64encode
from binascii import Error

MARK = "hearth-reasoning:"
"""Other servers' signatures begin with something else."""


def seal(reasoning: str) -> str:
    """A signature that holds the reasoning."""
    return MARK + b64encode(reasoning.encode()).decode()


def unseal(signature: str) -> str:
    """The reasoning in a signature; "" if it is none of ours."""
    if not signature.startswith(MARK):
        return ""
    try:
        return b64decode(signature.removeprefix(MARK), validate=True).decode()
    except (Error, UnicodeDecodeError):
        return ""
