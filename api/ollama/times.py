"""Times as Ollama writes them.

Thread: event loop.
"""

from datetime import UTC, datetime

NANOSECONDS = 1_000_000_000


def as_text(unix_seconds: float) -> str:
    """In RFC 3339, UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat().replace("+00:00", "Z")


def nanoseconds(begin_seconds: float, end_seconds: float) -> int:
    """A duration; at least one, because clients divide by it."""
    return max(1, round((end_seconds - begin_seconds) * NANOSECONDS))
