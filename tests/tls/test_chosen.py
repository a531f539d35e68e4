"""The settings that mean https, and those that contradict each other."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from network.addresses import own_addresses
from settings import Settings
from tests.tls.conftest import write_pair
from tls.chosen import chosen_context, is_dns_name, tls_folder, trust_hint
from tls.errors import TlsProblem
from tls.key_pair import read_certificate


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, _env_prefix="NOT_READ_", data_dir=folder, **changes)


def test_without_settings_it_is_http(tmp_path: Path) -> None:
    assert chosen_context(settings(tmp_path), ["studio"]) is None
    assert trust_hint(settings(tmp_path)) == []


def test_files_are_https(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    chosen = settings(tmp_path, tls_cert=pair.certificate, tls_key=pair.key)
    assert chosen_context(chosen, []) is not None
    assert trust_hint(chosen) == []


def test_auto_certifies_names_and_addresses_and_says_whom_to_trust(tmp_path: Path) -> None:
    chosen = settings(tmp_path, tls="auto", allowed_hosts=("llm.home", "*"))
    assert chosen_context(chosen, ["studio.local", "no_name!"])
    found = read_certificate(tls_folder(chosen) / "server.pem").extensions
    names = found.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["llm.home", "localhost", "studio.local"]
    assert ipaddress.ip_address("127.0.0.1") in names.get_values_for_type(x509.IPAddress)
    assert str(tls_folder(chosen) / "ca.pem") in "\n".join(trust_hint(chosen))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tls": "auto", "tls_cert": Path("x.pem")}, "leave out --tls-cert"),
        ({"tls_key": Path("x.pem")}, "without --tls-cert"),
        ({"tls_cert": Path("nowhere.pem")}, "nowhere.pem cannot be read"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(TlsProblem, match=words):
        chosen_context(settings(tmp_path, **changes), [])


def test_loopback_is_always_an_address_and_none_has_a_zone() -> None:
    found = own_addresses()
    assert {"127.0.0.1", "::1"} <= found
    assert all(ipaddress.ip_address(each) for each in found)


@pytest.mark.parametrize("name", ["*", "", ".", "a..b", "ä", "a b", "-", "a_b"])
def test_what_no_certificate_can_be_for_is_left_out(name: str) -> None:
    assert not is_dns_name(name)
