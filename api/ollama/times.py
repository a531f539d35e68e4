"""Times as Ollama writes them.

Thread: event loop.
"""

from datetime import UTC, datetime


def as_text(unix_seconds: float) -> str:
    """In RFC 3339, UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat().replace("+00:00", "Z")
