"""Whose address counts. What comes over a connection is in tests/attacks/test_forwarding.py."""

import pytest

from access.addresses import client_address, is_direct_loopback, is_loopback_host, read_network

TRUSTED = [read_network("10.0.0.0/8"), read_network("fd00::/8")]


@pytest.mark.parametrize(
    ("remote", "forwarded_for", "client"),
    [
        ("1.2.3.4", ["5.6.7.8"], "1.2.3.4"),
        ("10.0.0.1", ["5.6.7.8"], "5.6.7.8"),
        ("10.0.0.1", ["9.9.9.9, 5.6.7.8, 10.1.1.1"], "5.6.7.8"),
        ("10.0.0.1", ["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("::ffff:10.0.0.1", ["5.6.7.8"], "5.6.7.8"),
        ("", ["5.6.7.8"], ""),
    ],
)
def test_the_last_hop_that_is_no_trusted_proxy_is_the_client(
    remote: str, forwarded_for: list[str], client: str
) -> None:
    assert client_address(remote, forwarded_for, TRUSTED) == client


def test_without_trusted_proxies_nothing_that_is_said_counts() -> None:
    assert client_address("127.0.0.1", ["5.6.7.8"], []) == "127.0.0.1"


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_its_addresses(remote: str) -> None:
    assert is_direct_loopback(remote, ["Host", "Accept"], [])
    assert not is_direct_loopback(remote, ["Host", "X-FORWARDED-Whatever"], [])
    assert not is_direct_loopback("192.168.0.7", ["Host"], [])


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_what_only_this_machine_reaches(host: str, *, is_loopback: bool) -> None:
    assert is_loopback_host(host) is is_loopback
    assert not is_loopback_host("mac.local")
