"""What the terminal shows once the server is ready.

Thread: event loop.
"""

import socket
from collections.abc import Sequence

from settings import RECOMMENDED_MODEL, read_version

CHAT = (
    "chat/completions",
    '{"model": "default", "messages": [{"role": "user", "content": "What is Hearth?"}]}',
)
EMBEDDING = ("embeddings", '{"model": "default", "input": "What is Hearth?"}')


def text(
    *,
    model_name: str,
    host: str,
    port: int,
    context_length: int,
    is_demo: bool,
    makes_embeddings: bool,
    scheme: str = "http",
    notes: Sequence[str] = (),
) -> str:
    """The base URL, a request to paste and, for the demo model, the way to a real one."""
    url = f"{scheme}://{_reachable(host)}:{port}"
    path, body = EMBEDDING if makes_embeddings else CHAT
    lines = [
        "",
        f"  Hearth {read_version()} serves {model_name} ({context_length} tokens of context)",
        f"  Base URL for clients:  {url}/v1",
        "  Try it:",
        f"    curl {url}/v1/{path} -d '{body}'",
    ]
    lines += [f"  {note}" for note in notes]
    if is_demo:
        lines += [
            "  This is the bundled demo model: it shows that everything works and knows little.",
            "  For real work (a download of 4.3 GB; needs Apple silicon to be fast):",
            f"    ./run.sh --model {RECOMMENDED_MODEL}",
        ]
    return "\n".join([*lines, "  Stop with Ctrl-C.", ""])


def _reachable(host: str) -> str:
    """A name for the address: a wildcard is no place that a client can go to."""
    if host in ("0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
