"""What the settings say about https.

Thread: event loop, before anything is served.
"""

from collections.abc import Iterable
from pathlib import Path

from network.addresses import own_addresses
from settings import Settings
from tls.authority import Place, authority_file, certify
from tls.errors import TlsProblem
from tls.key_pair import KeyPair
from tls.live_context import LiveContext


def chosen_context(settings: Settings, names: Iterable[str]) -> LiveContext | None:
    """The context to serve with; None is plain http. `names` are this machine's.

    Raises:
        TlsProblem: settings contradict each other, or there is no certificate that can be used.
    """
    cert, key = settings.tls_cert, settings.tls_key
    if settings.tls == "auto":
        if cert or key:
            raise TlsProblem("--tls auto makes a certificate: leave out --tls-cert and --tls-key")
        folder = tls_folder(settings)
        asked = frozenset(name for name in {*names, *settings.allowed_hosts} if is_dns_name(name))
        places = asked | {"localhost"}
        return LiveContext(lambda: certify(folder, Place(places, own_addresses())))
    if cert is None:
        if key:
            raise TlsProblem("--tls-key is given without --tls-cert: give the certificate too")
        return None
    pair = KeyPair(cert, key or cert)
    return LiveContext(lambda: pair)


def is_dns_name(name: str) -> bool:
    """Whether a certificate can be for it."""
    labels = name.split(".")
    return name.isascii() and all(label.replace("-", "").isalnum() for label in labels)


def tls_folder(settings: Settings) -> Path:
    """Where `--tls auto` keeps what it made."""
    return settings.data_dir / "tls"


def trust_hint(settings: Settings) -> list[str]:
    """How clients come to trust the certificate, for the terminal."""
    if settings.tls != "auto":
        return []
    file = authority_file(tls_folder(settings))
    return [
        "Clients have to trust this machine's own authority. Copy its certificate to them:",
        f"  {file}",
        "  curl --cacert ca.pem …   Python: SSL_CERT_FILE=ca.pem   JavaScript: "
        "NODE_EXTRA_CA_CERTS=ca.pem",
    ]
