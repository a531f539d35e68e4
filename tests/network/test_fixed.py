"""Fixed or dynamic, from recorded answers of the systems' programs."""

import json

import pytest

from network.addresses import LanAddress
from network.fixed import how_assigned
from network.programs import Answer

WIFI = LanAddress("192.168.1.20", "en0")
FOREVER = 4294967295

GETPACKET = """op = BOOTREPLY
htype = 1
flags = 0
hlen = 6
hops = 0
xid = 0x5a1f9a21
secs = 1
ciaddr = 192.168.1.20
yiaddr = {given}
siaddr = 192.168.1.1
giaddr = 0.0.0.0
chaddr = 3c:22:fb:aa:bb:cc
sname =
file =
options:
Options count is 9
dhcp_message_type (uint8): ACK 0x5
server_identifier (ip): 192.168.1.1
lease_time (uint32): 0x15180
end (none):
"""


def ip_json(**entry: object) -> str:
    address = {"family": "inet", "local": "192.168.1.20", "prefixlen": 24, "scope": "global"}
    return json.dumps([{"ifindex": 2, "ifname": "en0", "addr_info": [{**address, **entry}]}])


def assigned(system: str, text: str, *, code: int = 0) -> str:
    return how_assigned(WIFI, ask=lambda *_: Answer(code, text), system=system)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ip_json(dynamic=True, valid_life_time=85999, preferred_life_time=85999), "dynamic"),
        (ip_json(valid_life_time=85999), "dynamic"),
        (ip_json(valid_life_time=FOREVER, preferred_life_time=FOREVER), "fixed"),
        (ip_json(local="192.168.1.21"), "unknown"),
        ("[{}]", "unknown"),
        ("[3]", "unknown"),
        ("no JSON", "unknown"),
    ],
)
def test_linux_says_how_long_an_address_lasts(text: str, expected: str) -> None:
    assert assigned("Linux", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GETPACKET.format(given="192.168.1.20"), "dynamic"),
        (GETPACKET.format(given="0.0.0.0"), "fixed"),
        ("", "fixed"),
    ],
)
def test_a_mac_shows_what_dhcp_gave(text: str, expected: str) -> None:
    assert assigned("Darwin", text, code=0 if text else 1) == expected


@pytest.mark.parametrize("system", ["Darwin", "Linux"])
def test_without_the_program_nothing_is_claimed(system: str) -> None:
    assert how_assigned(WIFI, ask=lambda *_: None, system=system) == "unknown"


def test_a_failing_ip_is_not_believed() -> None:
    assert assigned("Linux", "Device does not exist", code=1) == "unknown"


def test_ipv6_on_a_mac_is_unknown() -> None:
    address = LanAddress("fd00::2", "en0")
    assert how_assigned(address, ask=lambda *_: Answer(0, ""), system="Darwin") == "unknown"
