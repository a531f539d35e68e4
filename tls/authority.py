"""An authority of this machine's own, and the certificate that it gives the machine.

Thread: both; it reads and writes files.

Whoever has the authority's key can pass for any server to those that trust it. So the key never
leaves its file, which only its owner may read.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tls.key_pair import KeyPair, explained

AUTHORITY_LIFE = timedelta(days=3650)
LIFE = timedelta(days=90)
RENEWAL = timedelta(days=30)
"""So long before its end a certificate is replaced."""
CLOCKS_DIFFER = timedelta(days=1)
"""A client's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """What clients call this machine."""

    names: frozenset[str]
    addresses: frozenset[str]

    def alternative_names(self) -> x509.SubjectAlternativeName:
        """As a certificate says it."""
        return x509.SubjectAlternativeName(
            [
                *(x509.DNSName(name) for name in sorted(self.names)),
                *(x509.IPAddress(ip_address(each)) for each in sorted(self.addresses)),
            ]
        )


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def certify(folder: Path, place: Place) -> KeyPair:
    """A certificate for these names and addresses; the one in the folder while it will do.

    Raises:
        TlsProblem: the folder cannot be used.
    """
    return explained(lambda: _certify(folder, place), f"{folder} cannot be used for --tls auto")


def authority_file(folder: Path) -> Path:
    """What clients have to trust. It is no secret."""
    return folder / "ca.pem"


def _certify(folder: Path, place: Place) -> KeyPair:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    file = folder / "server.pem"
    authority = _load_authority(folder, now) or _make_authority(folder, now)
    if not _will_do(file, authority, place, now):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _sign(authority, key.public_key(), place, now)
        # In one file they can only change together.
        _write(file, _private(key) + certificate.public_bytes(Encoding.PEM))
    return KeyPair(file, file)


def _load_authority(folder: Path, now: datetime) -> _Authority | None:
    """The one of before, while it outlives what it signs."""
    try:
        certificate = x509.load_pem_x509_certificate(authority_file(folder).read_bytes())
        key = load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    if key.public_key() != certificate.public_key():
        return None
    return _Authority(certificate, key) if certificate.not_valid_after_utc > now + LIFE else None


def _make_authority(folder: Path, now: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    # The day tells two of them apart in a list of authorities.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Hearth at home, {now:%Y-%m-%d}")])
    usage = _usage(key_cert_sign=True, crl_sign=True)
    certificate = (
        _begin(name, name, key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "ca.key", _private(key))
    _write(authority_file(folder), certificate.public_bytes(Encoding.PEM), mode=0o644)
    return _Authority(certificate, key)


def _sign(
    authority: _Authority, key: ec.EllipticCurvePublicKey, place: Place, now: datetime
) -> x509.Certificate:
    issuer = authority.key.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hearth")])
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer)
    return (
        _begin(authority.certificate.subject, name, key, now, LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(server, critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(place.alternative_names(), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _begin(
    issuer: x509.Name,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _will_do(file: Path, authority: _Authority, place: Place, now: datetime) -> bool:
    try:
        pem = file.read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        key = load_pem_private_key(pem, password=None)
        certificate.verify_directly_issued_by(authority.certificate)
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    is_whole = key.public_key() == certificate.public_key()
    is_fresh = certificate.not_valid_after_utc > now + RENEWAL
    return is_whole and is_fresh and found == place.alternative_names()


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """All or nothing; never readable by others for a moment."""
    descriptor, name = tempfile.mkstemp(dir=file.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
