"""Addresses that stay and names that lead here, from recorded answers."""

import json

import pytest

from doctor.lan import check_lan_addresses, check_names
from network.addresses import LanAddress
from network.programs import Answer

WIRED = LanAddress("192.168.1.20", "eth0")
DOCKER = LanAddress("172.17.0.1", "docker0")


def ip_says(valid_life_time: int) -> Answer:
    entry = {"local": WIRED.ip, "valid_life_time": valid_life_time}
    return Answer(0, json.dumps([{"addr_info": [entry]}]))


def test_a_fixed_address_is_good() -> None:
    found = check_lan_addresses((WIRED,), ask=lambda *_: ip_says(2**32 - 1), system="Linux")
    assert found.status == "ok"
    assert found.finding == "192.168.1.20 (eth0), set to stay"


def test_an_address_of_the_router_may_change() -> None:
    found = check_lan_addresses((WIRED, DOCKER), ask=lambda *_: ip_says(3600), system="Linux")
    assert found.status == "warning"
    assert "may give another" in found.finding
    assert "172.17.0.1" not in found.finding
    assert "reserve it in the router" in (found.mend or "")


def test_what_cannot_be_seen_is_not_claimed() -> None:
    found = check_lan_addresses((WIRED,), ask=lambda *_: None, system="Linux")
    assert found.status == "ok"
    assert "cannot be seen" in found.finding


@pytest.mark.parametrize("addresses", [(), (DOCKER,)])
def test_a_machine_without_a_lan_is_a_problem(addresses: tuple[LanAddress, ...]) -> None:
    assert check_lan_addresses(addresses, system="Linux").status == "problem"


def test_names_that_can_be_resolved_are_good() -> None:
    found = check_names(("mini", "mini.local"), ask=lambda *_: Answer(0, ""), system="Linux")
    assert found.status == "ok"


def test_a_name_that_leads_nowhere_is_a_warning() -> None:
    def getent(*command: str) -> Answer:
        return Answer(2 if command[-1].endswith(".local") else 0, "")

    found = check_names(("box", "box.local"), ask=getent, system="Linux")
    assert found.status == "warning"
    assert found.finding.startswith("box.local cannot")
    assert "avahi-daemon" in (found.mend or "")


@pytest.mark.parametrize(
    ("text", "status"),
    [("name: mini.local\nip_address: 192.168.1.20\n\n", "ok"), ("", "warning")],
)
def test_a_mac_asks_its_own_cache_of_names(text: str, status: str) -> None:
    found = check_names(("mini.local",), ask=lambda *_: Answer(0, text), system="Darwin")
    assert found.status == status
