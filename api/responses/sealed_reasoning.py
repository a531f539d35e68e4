"""Reasoning in the field `encrypted_content`, for clients that send nothing else of it back.

Thread: event loop. Source: Codex drops the text of reasoning items and keeps this field.

It is the text itself in another coding: nothing is kept here, and nothing is hidden from whoever
asked for it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

PREFIX = "hearth-1."


def sealed(reasoning: str) -> str:
    """The text as a client shall keep it."""
    return PREFIX + urlsafe_b64encode(reasoning.encode()).decode()


def unsealed(content: str) -> str | None:
    """The text again; None for what another server wrote."""
    if not content.startswith(PREFIX):
        return None
    try:
        return urlsafe_b64decode(content.removeprefix(PREFIX)).decode()
    except ValueError:
        return None
