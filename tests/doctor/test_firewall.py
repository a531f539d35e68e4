"""Firewalls that let in, keep out, or keep to themselves: from recorded answers."""

import json
from typing import Any

import pytest

from doctor.finding import Finding
from doctor.firewall import check_firewall, ufw_allows
from network.programs import Answer

PORT = 8000

UFW_ACTIVE = """Status: active

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW       Anywhere
{rule}
22/tcp (v6)                ALLOW       Anywhere (v6)
"""


def on_linux(*, ufw: str | None = None, nft: str | None = None) -> Finding:
    answers = {"ufw": ufw, "nft": nft}

    def ask(*command: str) -> Answer | None:
        text = answers[command[0]]
        return None if text is None else Answer(0, text)

    return check_firewall(PORT, ask=ask, system="Linux")


def on_a_mac(state: str, *, block_all: str = "", app: str = "") -> Finding:
    answers = {
        "--getglobalstate": state,
        "--getblockall": block_all,
        "--getappblocked": app,
    }
    return check_firewall(
        PORT, ask=lambda *command: Answer(0, answers[command[1]]), system="Darwin"
    )


def test_no_firewall_at_all_is_good() -> None:
    assert on_linux().status == "ok"


def test_an_inactive_ufw_leaves_the_word_to_nftables() -> None:
    found = on_linux(ufw="Status: inactive\n", nft='{"nftables": [{"metainfo": {}}]}')
    assert found.status == "ok"


@pytest.mark.parametrize(
    "rule",
    [
        "8000/tcp                   ALLOW       192.168.1.0/24",
        "8000                       ALLOW IN    Anywhere",
        "80,443,8000/tcp            ALLOW       Anywhere",
        "7000:9000/tcp              LIMIT       Anywhere",
        "Anywhere                   ALLOW       192.168.1.0/24",
        "8000/tcp (v6)              ALLOW       Anywhere (v6)",
    ],
)
def test_a_rule_of_ufw_lets_in(rule: str) -> None:
    text = UFW_ACTIVE.format(rule=rule)
    assert ufw_allows(text, PORT)
    assert on_linux(ufw=text).status == "ok"


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "8000/tcp                   DENY        Anywhere",
        "8000/udp                   ALLOW       Anywhere",
        "8001:9000/tcp              ALLOW       Anywhere",
        "18000/tcp                  ALLOW       Anywhere",
    ],
)
def test_without_a_rule_ufw_keeps_out(rule: str) -> None:
    found = on_linux(ufw=UFW_ACTIVE.format(rule=rule))
    assert found.status == "warning"
    assert found.mend == "sudo ufw allow 8000/tcp"


def test_only_the_administrator_may_ask_ufw() -> None:
    found = on_linux(ufw="ERROR: You need to be root to run this script\n")
    assert found.status == "warning"
    assert "administrator" in found.finding


def ruleset(*, policy: str, rules: list[list[dict[str, Any]]]) -> str:
    place = {"family": "inet", "table": "filter"}
    hook = {"type": "filter", "hook": "input", "prio": 0, "policy": policy}
    entries: list[dict[str, Any]] = [
        {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "filter"}},
        {"chain": {**place, "name": "input", **hook}},
        {"chain": {**place, "name": "output", **hook, "hook": "output", "policy": "accept"}},
    ]
    entries += [{"rule": {**place, "chain": "input", "expr": rule}} for rule in rules]
    return json.dumps({"nftables": entries})


def accept(ports: object) -> list[dict[str, Any]]:
    dport = {"payload": {"protocol": "tcp", "field": "dport"}}
    return [{"match": {"op": "==", "left": dport, "right": ports}}, {"accept": None}]


ESTABLISHED: list[dict[str, Any]] = [
    {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established"]}},
    {"accept": None},
]
REJECT: list[dict[str, Any]] = [{"counter": {"packets": 1, "bytes": 9}}, {"reject": None}]


@pytest.mark.parametrize(
    "ports", [8000, {"range": [7000, 9000]}, {"set": [22, {"range": [8000, 8001]}]}]
)
def test_a_rule_of_nftables_lets_in(ports: object) -> None:
    text = ruleset(policy="drop", rules=[ESTABLISHED, accept(ports)])
    assert on_linux(nft=text).status == "ok"


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        ("drop", [ESTABLISHED, accept(22)]),
        ("accept", [ESTABLISHED, accept({"set": [22, 443]}), REJECT]),
    ],
)
def test_nftables_that_drop_what_they_do_not_name_keep_out(
    policy: str, rules: list[list[dict[str, Any]]]
) -> None:
    found = on_linux(nft=ruleset(policy=policy, rules=rules))
    assert found.status == "warning"
    assert "tcp dport 8000 accept" in (found.mend or "")


def test_only_the_administrator_may_ask_nft() -> None:
    found = on_linux(nft="Operation not permitted (you must be root)\n")
    assert found.status == "warning"
    assert "administrator" in found.finding


def test_a_mac_without_its_firewall_is_good() -> None:
    assert on_a_mac("Firewall is disabled. (State = 0)\n").status == "ok"


def test_a_mac_that_blocks_everything_is_a_warning() -> None:
    on = "Firewall is enabled. (State = 1)\n"
    for block_all in ("Block all ENABLED! \n", "Firewall has block all state set to enabled.\n"):
        assert "blocks all" in on_a_mac(on, block_all=block_all).finding
    assert "blocks all" in on_a_mac("Firewall is enabled. (State = 2)\n").finding


@pytest.mark.parametrize(
    ("app", "status"),
    [
        ("Incoming connection to the application is permitted \n", "ok"),
        ("Incoming connection to the application is blocked \n", "warning"),
        ("The application is not part of the firewall \n", "warning"),
    ],
)
def test_a_mac_with_its_firewall_must_know_python(app: str, status: str) -> None:
    found = on_a_mac(
        "Firewall is enabled. (State = 1)\n", block_all="Block all DISABLED! \n", app=app
    )
    assert found.status == status


def test_a_mac_that_does_not_say_is_a_warning() -> None:
    assert on_a_mac("").status == "warning"
