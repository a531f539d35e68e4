"""A certificate and its key in files, and what OpenSSL makes of them.

Thread: both; it reads files.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tls.errors import TlsProblem

T = TypeVar("T")

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: only what has forward secrecy and is authenticated. Those of 1.3 all are."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Both may be the same file."""

    certificate: Path
    key: Path

    def stamp(self) -> tuple[tuple[int, int, int], ...]:
        """Differs when a file was written or replaced.

        Raises:
            OSError: one is not there.
        """
        found = [file.stat() for file in (self.certificate, self.key)]
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)


def load_context(pair: KeyPair) -> ssl.SSLContext:
    """A context for a server with this certificate.

    Raises:
        TlsProblem: it cannot be used.
    """
    certificate = read_certificate(pair.certificate)
    key = _read_key(pair.key)
    if certificate.public_key() != key.public_key():
        raise TlsProblem(
            f"the key in {pair.key} does not belong to the certificate in {pair.certificate}; "
            "give the files of one pair to --tls-cert and --tls-key"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        # Without a password OpenSSL would ask for one at the terminal.
        context.load_cert_chain(pair.certificate, pair.key, password="")
    except (ssl.SSLError, OSError) as error:
        raise TlsProblem(f"OpenSSL refuses {pair.certificate}: {error}") from None
    return context


def read_certificate(file: Path) -> x509.Certificate:
    """The first certificate of a file, which must be valid today.

    Raises:
        TlsProblem: there is none, or it is not.
    """
    pem = _read(file, "--tls-cert")
    try:
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        raise TlsProblem(f"{file} holds no certificate in PEM form (--tls-cert)") from None
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc < now:
        day = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        raise TlsProblem(f"the certificate in {file} expired on {day}; renew it (--tls-cert)")
    if certificate.not_valid_before_utc > now:
        day = f"{certificate.not_valid_before_utc:%Y-%m-%d}"
        raise TlsProblem(f"the certificate in {file} is valid from {day} on; is the clock right?")
    return certificate


def _read_key(file: Path) -> PrivateKeyTypes:
    pem = _read(file, "--tls-key")
    try:
        return load_pem_private_key(pem, password=None)
    except TypeError:
        raise TlsProblem(
            f"the key in {file} is encrypted, and nobody is there to type its passphrase; write "
            f"it without: openssl pkey -in {file} -out plain.pem (--tls-key)"
        ) from None
    except ValueError:
        raise TlsProblem(f"{file} holds no key in PEM form (--tls-key)") from None


def _read(file: Path, flag: str) -> bytes:
    return explained(file.read_bytes, f"{flag}: {file} cannot be read")


def explained(work: Callable[[], T], what: str) -> T:
    """Do something with files.

    Raises:
        TlsProblem: the system does not let us; it says why.
    """
    try:
        return work()
    except OSError as error:
        raise TlsProblem(f"{what}: {error.strerror or error}") from None
