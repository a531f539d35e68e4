"""Server-sent events: how frames look.

Thread: event loop. Source: the WHATWG HTML standard, "Server-sent events", and what OpenAI's
clients accept: comments pass, an empty `data:` or an unknown event does not.
"""

CONTENT_TYPE = "text/event-stream; charset=utf-8"

DONE = b"data: [DONE]\n\n"
"""OpenAI's mark of a stream that went well."""


def keep_alive_frame(progress: str) -> bytes:
    """A comment, so that no proxy or client takes a long wait for a dead connection."""
    return b": " + ", ".join(filter(None, ("keep-alive", progress))).encode() + b"\n\n"


def data_frame(json_text: bytes) -> bytes:
    """An event without a name."""
    return b"data: " + json_text + b"\n\n"


def named_frame(name: str, json_text: bytes) -> bytes:
    """An event with a name, as the Responses and the Messages API have them."""
    return b"event: " + name.encode() + b"\ndata: " + json_text + b"\n\n"
