"""What the terminal shows once the server is ready.

Thread: event loop.
"""

import socket
from collections.abc import Sequence

from network.addresses import LanAddress, in_url, is_for_the_lan, reachable_addresses
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
    requires_key: bool = False,
    first_key: str | None = None,
    notes: Sequence[str] = (),
    addresses: tuple[LanAddress, ...] | None = None,
) -> str:
    """The base URLs, a request to paste and, for the demo model, the way to a real one.

    `host` is the address that the server is bound to; `addresses` are the machine's. `first_key`
    is the secret of a key that was just made: this is the only place that shows it.
    """
    url, *others = [f"{scheme}://{in_url(place)}:{port}" for place in places(host, addresses)]
    path, body = EMBEDDING if makes_embeddings else CHAT
    header = f"-H 'Authorization: Bearer {first_key or 'KEY'}' " if requires_key else ""
    lines = [
        "",
        f"  Hearth {read_version()} serves {model_name} ({context_length} tokens of context)",
        f"  Base URL for clients:  {url}/v1",
        *(f"                   or  {other}/v1" for other in others),
    ]
    if first_key:
        lines.append(f"  API key, shown only now:  {first_key}")
    elif requires_key:
        lines.append("  Clients need an API key:  ./run.sh keys add NAME")
    lines += ["  Try it:", f"    curl {url}/v1/{path} {header}-d '{body}'"]
    lines += [f"  {note}" for note in notes]
    if not is_for_the_lan(host):
        lines.append("  Only this machine can connect; for others: ./run.sh --lan")
    if is_demo:
        lines += [
            "  This is the bundled demo model: it shows that everything works and knows little.",
            "  For real work (a download of 4.3 GB; needs Apple silicon to be fast):",
            f"    ./run.sh --model {RECOMMENDED_MODEL}",
        ]
    return "\n".join([*lines, "  Stop with Ctrl-C.", ""])


def places(host: str, addresses: tuple[LanAddress, ...] | None) -> tuple[str, ...]:
    """Where clients find the server: a wildcard is no place that one can go to."""
    if host not in ("0.0.0.0", "::"):
        return (host,)
    found = reachable_addresses(host, addresses)
    on_the_lan = tuple(each.ip for each in found if not each.is_virtual)
    return on_the_lan or (socket.gethostname(),)
