"""An authority of one's own: what it signs is trusted, lasts, and follows the machine."""

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

import tls.authority
from tests.tls.conftest import DAY
from tls.authority import Place, authority_file, certify
from tls.errors import TlsProblem
from tls.key_pair import load_context, read_certificate

HOME = Place(frozenset({"localhost", "studio.local"}), frozenset({"127.0.0.1", "192.168.1.5"}))


def test_clients_that_trust_the_authority_trust_the_certificate(tmp_path: Path) -> None:
    pair = certify(tmp_path, HOME)
    load_context(pair)
    authority = x509.load_pem_x509_certificate(authority_file(tmp_path).read_bytes())
    leaf = read_certificate(pair.certificate)
    leaf.verify_directly_issued_by(authority)
    client = ssl.create_default_context(cafile=authority_file(tmp_path))
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does by itself
    for name in ("localhost", "studio.local", "127.0.0.1", "192.168.1.5"):
        shake_hands(load_context(pair), client, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(load_context(pair), client, "evil.example")


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """A handshake in memory; returns the client's side."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(3):
        for side in (theirs, ours):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert theirs.version() == "TLSv1.3"
    return theirs


def test_it_cannot_sign_authorities_below_it_and_lives_long(tmp_path: Path) -> None:
    certify(tmp_path, HOME)
    authority = x509.load_pem_x509_certificate(authority_file(tmp_path).read_bytes())
    rules = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (rules.critical, rules.value.ca, rules.value.path_length) == (True, True, 0)
    assert authority.not_valid_after_utc - authority.not_valid_before_utc > 3650 * DAY


def test_only_the_owner_may_read_the_keys(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    certify(folder, HOME)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [folder, *folder.iterdir()]}
    assert modes == {"tls": 0o700, "ca.key": 0o600, "server.pem": 0o600, "ca.pem": 0o644}


def test_a_second_start_keeps_what_the_first_made(tmp_path: Path) -> None:
    pair = certify(tmp_path, HOME)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert certify(tmp_path, HOME) == pair
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_new_address_has_the_certificate_made_again_by_the_same_authority(
    tmp_path: Path,
) -> None:
    pair = certify(tmp_path, HOME)
    before, authority = pair.certificate.read_bytes(), authority_file(tmp_path).read_bytes()
    moved = Place(HOME.names, frozenset({"127.0.0.1", "10.0.0.7"}))
    certify(tmp_path, moved)
    assert pair.certificate.read_bytes() != before
    assert authority_file(tmp_path).read_bytes() == authority
    found = read_certificate(pair.certificate).extensions
    assert (
        found.get_extension_for_class(x509.SubjectAlternativeName).value
        == moved.alternative_names()
    )


def test_a_certificate_is_renewed_before_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = certify(tmp_path, HOME)
    before = pair.certificate.read_bytes()
    monkeypatch.setattr(tls.authority, "RENEWAL", 91 * DAY)
    certify(tmp_path, HOME)
    assert pair.certificate.read_bytes() != before


@pytest.mark.parametrize("name", ["ca.key", "ca.pem", "server.pem"])
@pytest.mark.parametrize("content", [None, b"", b"broken"])
def test_what_is_missing_or_broken_is_made_again(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    certify(tmp_path, HOME)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    pair = certify(tmp_path, HOME)
    client = ssl.create_default_context(cafile=authority_file(tmp_path))
    shake_hands(load_context(pair), client, "localhost")


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file where a folder should be")
    with pytest.raises(TlsProblem, match="tls cannot be used for --tls auto: File exists"):
        certify(tmp_path / "tls", HOME)
