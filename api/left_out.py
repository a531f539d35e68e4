"""What of a conversation cannot be read: parts of tools' results, and arguments of calls.

Thread: event loop.
"""

from loguru import logger

LEFT_OUT_TYPES = frozenset(
    {"image_url", "input_image", "image", "input_audio", "input_file", "file", "document"}
)
"""Parts of a tool's result, as all dialects call them. Elsewhere they are refused."""

UNREAD_ARGUMENTS = "INVALID_JSON"
"""Where arguments stand that are no JSON object, as Anthropic's docs advise."""


def mark_left_out(kind: str) -> str:
    """What the model reads in place of such a part.

    Nobody at the client can take it back: a refusal would end the conversation.
    """
    logger.warning("a part of a tool's result is no text; the model is told that it is left out")
    return f"[{kind} left out: this model reads text only]"
