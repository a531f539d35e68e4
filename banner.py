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
    requires_key: bool = False,
    first_key: str | None = None,
    scheme: str = "http",
    notes: Sequence[str] = (),
) -> str:
    """The base URL, a request to paste and, for the demo model, the way to a real one.

    first_key: the secret of a key that was just made; this is the only place that shows it.
    """
    url = f"{scheme}://{_reachable(host)}:{port}"
    path, body = EMBEDDING if makes_embeddings else CHAT
    lines = [
        "",
        f"  Hearth {read_version()} serves {model_name} ({context_length} tokens of context)",
        f"  Base URL for clients:  {url}/v1",
    ]
    if first_key:
        lines += [f"  API key, shown only now:  {first_key}"]
    elif requires_key:
        lines += ["  Clients need an API key:  ./run.sh keys add NAME"]
    header = f" -H 'Authorization: Bearer {first_key or 'KEY'}'" if requires_key else ""
    lines += ["  Try it:", f"    curl {url}/v1/{path}{header} -d '{body}'"]
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
