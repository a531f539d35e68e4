"""Files that cannot be used are explained with the way out."""

import os
import ssl
from pathlib import Path

import pytest

from tests.tls.conftest import DAY, write_pair
from tls.errors import TlsProblem
from tls.key_pair import KeyPair, load_context


def test_a_pair_makes_a_context_for_modern_clients_only(tmp_path: Path) -> None:
    context = load_context(write_pair(tmp_path))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    names = {cipher["name"] for cipher in context.get_ciphers()}
    assert names
    assert all("GCM" in name or "CHACHA20" in name for name in names)


def test_certificate_and_key_may_be_in_one_file(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(pair.key.read_bytes() + pair.certificate.read_bytes())
    assert load_context(KeyPair(both, both))


def problem(pair: KeyPair) -> str:
    with pytest.raises(TlsProblem) as raised:
        load_context(pair)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    pair.key.unlink()
    assert f"--tls-key: {pair.key} cannot be read: No such file" in problem(pair)
    pair.certificate.unlink()
    assert f"--tls-cert: {pair.certificate} cannot be read" in problem(pair)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    pair.key.chmod(0)
    assert "Permission denied" in problem(pair)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "Is a directory" in problem(KeyPair(tmp_path, tmp_path))


def test_files_with_something_else_in_them_are_named(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    assert "holds no certificate" in problem(KeyPair(pair.key, pair.key))
    assert "holds no key" in problem(KeyPair(pair.certificate, pair.certificate))
    pair.key.write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    assert "holds no key" in problem(pair)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    first, second = write_pair(tmp_path / "a"), write_pair(tmp_path / "b")
    assert "does not belong to" in problem(KeyPair(first.certificate, second.key))


def test_a_certificate_that_has_expired_is_refused_with_its_day(tmp_path: Path) -> None:
    assert "expired on 20" in problem(write_pair(tmp_path, life=-DAY))


def test_a_certificate_of_tomorrow_is_refused_with_its_day(tmp_path: Path) -> None:
    assert "is the clock right?" in problem(write_pair(tmp_path, begins_in=DAY))


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_a_passphrase(tmp_path: Path) -> None:
    assert "openssl pkey -in" in problem(write_pair(tmp_path, passphrase=b"secret"))
