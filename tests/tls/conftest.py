"""Certificates of every kind, made on the spot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tls.key_pair import KeyPair

DAY = timedelta(days=1)


def write_pair(
    folder: Path,
    *,
    name: str = "first",
    life: timedelta = DAY,
    begins_in: timedelta = -2 * DAY,
    passphrase: bytes = b"",
) -> KeyPair:
    """A certificate that signs itself, as `openssl req -x509` makes it, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(UTC) + begins_in
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin - begins_in + life)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    pair = KeyPair(folder / "cert.pem", folder / "key.pem")
    locked = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    pair.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    pair.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    return pair
