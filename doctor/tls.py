"""Checks of the TLS certificate: whole, in its time, for our key and for the names clients use.

Thread: both (a process of its own).
"""

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from doctor.finding import Finding, ok, problem, warning
from settings import Settings

NAME = "TLS"
SOON = timedelta(days=14)
RENEW = "renew the certificate, or let Hearth make one; see docs/tls.md"


def check_tls(settings: Settings, *, names: Iterable[str], now: datetime | None = None) -> Finding:
    """`names` are host names and addresses that clients may use; one of them must be in it."""
    certificate, key = settings.tls_cert, settings.tls_key or settings.tls_cert
    if settings.tls == "auto":
        return ok(NAME, "Hearth makes the certificate and renews it; clients trust ca.pem once")
    if certificate is None or key is None:
        if key is not None:
            mend = "give --tls-cert too, or leave out --tls-key"
            return problem(NAME, "there is a key and no certificate", mend)
        mend = "nothing on a LAN that you trust; else --tls auto, see docs/tls.md"
        return warning(NAME, "is off: others on the LAN can read what is sent", mend)
    try:
        leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    except (OSError, ValueError) as error:
        return problem(NAME, f"{certificate} is no certificate: {_reason(error)}", RENEW)
    return (
        _check_key(leaf, key)
        or _check_time(leaf, now or datetime.now(UTC))
        or _check_readers(key)
        or _check_names(leaf, tuple(names))
    )


def _check_key(leaf: x509.Certificate, key: Path) -> Finding | None:
    try:
        ours = load_pem_private_key(key.read_bytes(), password=None).public_key()
    except (OSError, ValueError, TypeError) as error:
        mend = "give the key of the certificate, in PEM and without a password"
        return problem(NAME, f"{key} is no key: {_reason(error)}", mend)
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if ours.public_bytes(*form) != leaf.public_key().public_bytes(*form):
        return problem(NAME, f"{key} is the key of another certificate", "give the matching pair")
    return None


def _check_readers(key: Path) -> Finding | None:
    if key.stat().st_mode & 0o077:
        mend = f"chmod 600 {key}"
        return warning(NAME, f"others on this machine may read {key}", mend)
    return None


def _check_time(leaf: x509.Certificate, now: datetime) -> Finding | None:
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if ends <= now:
        return problem(NAME, f"the certificate ended on {ends:%Y-%m-%d}", RENEW)
    if begins > now:
        mend = "check the clock of this machine, then the certificate"
        return problem(NAME, f"the certificate begins on {begins:%Y-%m-%d %H:%M} UTC only", mend)
    if ends - now < SOON:
        return warning(NAME, f"the certificate ends on {ends:%Y-%m-%d}", RENEW)
    return None


def _check_names(leaf: x509.Certificate, names: tuple[str, ...]) -> Finding:
    held = names_in(leaf)
    fitting = [name for name in names if covers(held, name)]
    if not fitting:
        found = f"the certificate is for {', '.join(held) or 'no name'}, not for this machine"
        return problem(NAME, found, f"get one with {', '.join(names)} in it; see docs/tls.md")
    ends = leaf.not_valid_after_utc
    return ok(NAME, f"the certificate is for {', '.join(fitting)} and lasts to {ends:%Y-%m-%d}")


def names_in(leaf: x509.Certificate) -> tuple[str, ...]:
    """The host names and addresses that a certificate is for."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    hosts = names.get_values_for_type(x509.DNSName)
    return (*hosts, *(str(ip) for ip in names.get_values_for_type(x509.IPAddress)))


def covers(held: Iterable[str], name: str) -> bool:
    """Whether one of the names is this one; `*.` stands for one label of a host name."""
    lowered = name.lower().rstrip(".")
    _, dot, domain = lowered.partition(".")
    for each in map(str.lower, held):
        is_wildcard = each.startswith("*.") and dot and not _is_address(lowered)
        if each == lowered or (is_wildcard and each[2:] == domain):
            return True
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) else str(error)
    return " ".join(str(text).split())[:120]
