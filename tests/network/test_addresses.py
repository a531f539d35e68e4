"""Which addresses are shown, in which order, and for which bound address."""

import ifaddr
import pytest

from network.addresses import (
    LanAddress,
    host_label,
    host_names,
    in_url,
    is_for_the_lan,
    lan_addresses,
    reachable_addresses,
)


def adapter(name: str, *ips: str) -> ifaddr.Adapter:
    return ifaddr.Adapter(
        name, name, [ifaddr.IP((ip, 0, 0) if ":" in ip else ip, 24, name) for ip in ips]
    )


MACHINE = (
    adapter("lo0", "127.0.0.1", "::1"),
    adapter("docker0", "172.17.0.1"),
    adapter("utun3", "100.64.1.2"),
    adapter("en0", "fe80::1", "fd00::2", "192.168.1.20", "169.254.7.7"),
    adapter("en7", "10.0.0.4"),
)


def test_the_lan_comes_first_then_ipv6_then_containers_and_tunnels() -> None:
    assert [address.ip for address in lan_addresses(MACHINE)] == [
        *("192.168.1.20", "10.0.0.4", "fd00::2"),
        *("172.17.0.1", "100.64.1.2"),
    ]


def test_this_machine_can_be_asked() -> None:
    assert all(not address.ip.startswith(("127.", "169.254.")) for address in lan_addresses())


@pytest.mark.parametrize(
    ("bound", "found"),
    [
        ("0.0.0.0", ["192.168.1.20", "10.0.0.4", "172.17.0.1", "100.64.1.2"]),
        ("::", ["fd00::2"]),
        ("10.0.0.4", ["10.0.0.4"]),
        ("127.0.0.1", []),
    ],
)
def test_a_bound_address_is_reached_at(bound: str, found: list[str]) -> None:
    reachable = reachable_addresses(bound, lan_addresses(MACHINE))
    assert [address.ip for address in reachable] == found


@pytest.mark.parametrize(
    ("bound", "expected"),
    [("127.0.0.1", False), ("127.8.8.8", False), ("::1", False), ("0.0.0.0", True), ("::", True)],
)
def test_loopback_alone_is_not_for_the_lan(bound: str, *, expected: bool) -> None:
    assert is_for_the_lan(bound) is expected


def test_an_ipv6_address_has_brackets_in_a_url() -> None:
    assert [in_url("fd00::2"), in_url("10.0.0.4")] == ["[fd00::2]", "10.0.0.4"]


@pytest.mark.parametrize(
    ("hostname", "label"),
    [
        ("Annas-Mac-mini.local", "Annas-Mac-mini"),
        ("studio", "studio"),
        ("ö" * 40, "ö" * 31),
        ("", "localhost"),
    ],
)
def test_the_machines_name_is_one_label(
    monkeypatch: pytest.MonkeyPatch, hostname: str, label: str
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: hostname)
    assert host_label() == label


def test_a_mac_says_its_local_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "mini.local")
    assert host_names() == ("mini.local",)


def test_an_interface_tells_whether_it_leads_to_the_lan() -> None:
    assert LanAddress("172.18.0.1", "br-1f2e3d").is_virtual
    assert not LanAddress("192.168.1.9", "br0").is_virtual
    assert not LanAddress("192.168.1.9", "enp3s0").is_virtual
