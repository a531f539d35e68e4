"""A certificate that works, and each way in which one does not."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from doctor.finding import Finding
from doctor.tls import check_tls, covers
from settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = ("mini.local", "192.168.1.20")


def check(
    certificate: Path | None, key: Path | None, *, names: tuple[str, ...] = NAMES, **values: Any
) -> Finding:
    values = {"tls_cert": certificate, "tls_key": key, **values}
    settings = Settings(_env_file=None, _env_prefix="NOT_READ_", **values)
    return check_tls(settings, names=names, now=NOW)


def write_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)
    return key


class Pair:
    """A certificate and its key, in a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        begins: datetime = NOW - timedelta(days=30),
        ends: datetime = NOW + timedelta(days=60),
        hosts: tuple[str, ...] = ("mini.local",),
        ips: tuple[str, ...] = ("192.168.1.20",),
    ) -> None:
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        key = write_key(self.key)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mini")])
        held = [x509.DNSName(host) for host in hosts]
        addresses = [x509.IPAddress(ipaddress.ip_address(ip)) for ip in ips]
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([*held, *addresses]), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(made.public_bytes(Encoding.PEM))

    def check(self, names: tuple[str, ...] = NAMES) -> Finding:
        return check(self.certificate, self.key, names=names)


def test_a_certificate_that_works_is_good(tmp_path: Path) -> None:
    found = Pair(tmp_path).check()
    assert found.status == "ok"
    assert "mini.local, 192.168.1.20" in found.finding
    assert "2026-07-31" in found.finding


def test_an_expired_certificate_is_a_problem(tmp_path: Path) -> None:
    found = Pair(tmp_path, ends=NOW - timedelta(days=1)).check()
    assert found.status == "problem"
    assert "ended on 2026-05-31" in found.finding
    assert "renew" in (found.mend or "")


def test_a_certificate_that_ends_soon_is_a_warning(tmp_path: Path) -> None:
    assert Pair(tmp_path, ends=NOW + timedelta(days=5)).check().status == "warning"


def test_a_certificate_that_has_not_begun_points_to_the_clock(tmp_path: Path) -> None:
    found = Pair(tmp_path, begins=NOW + timedelta(days=1)).check()
    assert found.status == "problem"
    assert "clock" in (found.mend or "")


def test_a_certificate_for_other_names_is_a_problem(tmp_path: Path) -> None:
    found = Pair(tmp_path, hosts=("nas.local",), ips=("10.0.0.1",)).check()
    assert found.status == "problem"
    assert "nas.local, 10.0.0.1" in found.finding


def test_the_key_of_another_certificate_is_a_problem(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    write_key(pair.key)
    assert "another certificate" in pair.check().finding


@pytest.mark.parametrize("content", [None, b"", b"not PEM"])
def test_files_that_are_missing_or_hold_something_else_are_problems(
    tmp_path: Path, content: bytes | None
) -> None:
    for broken in ("certificate", "key"):
        pair = Pair(tmp_path)
        file: Path = getattr(pair, broken)
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        found = pair.check()
        assert found.status == "problem"
        assert str(file) in found.finding


def test_a_key_that_others_may_read_is_a_warning(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.key.chmod(0o644)
    assert f"chmod 600 {pair.key}" == pair.check().mend


def test_one_file_without_the_other_is_a_problem(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    assert check(pair.certificate, None).status == "problem"
    assert check(None, pair.key).status == "problem"


def test_no_tls_on_the_lan_is_a_warning() -> None:
    assert check(None, None).status == "warning"


def test_a_certificate_that_hearth_makes_is_good() -> None:
    assert check(None, None, tls="auto").status == "ok"


@pytest.mark.parametrize(
    ("held", "name", "expected"),
    [
        ("*.home.arpa", "mini.home.arpa", True),
        ("*.home.arpa", "a.mini.home.arpa", False),
        ("*.168.1.20", "192.168.1.20", False),
        ("Mini.Local", "mini.local.", True),
        ("mini.local", "mini.locale", False),
    ],
)
def test_a_star_stands_for_one_label(held: str, name: str, *, expected: bool) -> None:
    assert covers([held], name) is expected
