"""Checks of the firewall: does it let other machines in?

Thread: both (a process of its own).
"""

import json
import platform
import re
import sys
from pathlib import Path
from typing import Any

from doctor.finding import Finding, ok, warning
from network.programs import AskProgram, ask_program

NAME = "firewall"
SOCKETFILTERFW = "/usr/libexec/ApplicationFirewall/socketfilterfw"
NFT_AS_ROOT = "sudo nft list ruleset"


def check_firewall(
    port: int, *, ask: AskProgram = ask_program, system: str | None = None
) -> Finding:
    """Whether the system's firewall lets other machines reach the port."""
    if (system or platform.system()) == "Darwin":
        return _on_a_mac(ask, str(Path(sys.executable).resolve()))
    return _by_ufw(ask, port) or _by_nft(ask, port)


def _on_a_mac(ask: AskProgram, python: str) -> Finding:
    state = ask("socketfilterfw", "--getglobalstate")
    if state is None or "State =" not in state.text:
        mend = "look at System Settings > Network > Firewall"
        return warning(NAME, "its state cannot be read", mend)
    if "State = 0" in state.text:
        return ok(NAME, "the firewall of macOS is off")
    block_all = ask("socketfilterfw", "--getblockall")
    if "State = 2" in state.text or (block_all and _blocks_all(block_all.text)):
        mend = "switch it off in System Settings > Network > Firewall > Options"
        return warning(NAME, "the firewall of macOS blocks all incoming connections", mend)
    allowed = ask("socketfilterfw", "--getappblocked", python)
    if allowed and "permitted" in allowed.text:
        return ok(NAME, "the firewall of macOS is on and lets Python in")
    return warning(
        NAME,
        f"the firewall of macOS is on and does not list {python} as allowed",
        f"sudo {SOCKETFILTERFW} --add {python} && sudo {SOCKETFILTERFW} --unblockapp {python}",
    )


def _blocks_all(text: str) -> bool:
    """Older systems say "Block all ENABLED!", newer "... block all state set to enabled."."""
    return "enabled" in text.lower()


def _by_ufw(ask: AskProgram, port: int) -> Finding | None:
    """None where ufw is not in use."""
    status = ask("ufw", "status")
    if status is None or "Status: inactive" in status.text:
        return None
    if "Status: active" not in status.text:
        mend = f"sudo ufw status; if it is active: sudo ufw allow {port}/tcp"
        return warning(NAME, "only the administrator may read the state of ufw", mend)
    if ufw_allows(status.text, port):
        return ok(NAME, f"ufw is active and lets port {port} in")
    return warning(
        NAME, f"ufw is active and has no rule for port {port}", f"sudo ufw allow {port}/tcp"
    )


def ufw_allows(text: str, port: int) -> bool:
    """From `ufw status`: a rule that allows the port, alone, in a list or in a range."""
    for line in text.splitlines():
        rule = re.match(r"(\S+)(?: \(v6\))?\s+(?:ALLOW|LIMIT)(?: IN)?\s", line)
        if rule is None or rule[1].endswith("/udp"):
            continue
        if rule[1] == "Anywhere" or _is_in_ports(port, rule[1].removesuffix("/tcp")):
            return True
    return False


def _is_in_ports(port: int, ports: str) -> bool:
    for part in ports.split(","):
        low, _, high = part.partition(":")
        if low.isdigit() and int(low) <= port <= int(high if high.isdigit() else low):
            return True
    return False


def _by_nft(ask: AskProgram, port: int) -> Finding:
    rules = ask("nft", "-j", "list", "ruleset")
    if rules is None:
        return ok(NAME, "neither ufw nor nft is installed")
    try:
        entries = json.loads(rules.text)["nftables"]
    except (ValueError, LookupError, TypeError):
        return warning(
            NAME, "only the administrator may read its rules", f"look whether {NFT_AS_ROOT} drops"
        )
    if nft_may_drop(entries, port):
        mend = f"sudo nft insert rule inet filter input tcp dport {port} accept, and keep the rule"
        return warning(NAME, f"nftables drops what no rule allows, and none names {port}", mend)
    return ok(NAME, f"nftables does not keep port {port} closed")


def nft_may_drop(entries: list[dict[str, Any]], port: int) -> bool:
    """From `nft -j list ruleset`: incoming is dropped by default, and no rule accepts the port.

    Rules of chains that are jumped to count as if they were in the chain itself: this errs on the
    side of quiet.
    """
    chains = [entry["chain"] for entry in entries if "chain" in entry]
    rules = [entry["rule"].get("expr", []) for entry in entries if "rule" in entry]
    incoming = {
        (chain["family"], chain["table"], chain["name"])
        for chain in chains
        if chain.get("hook") == "input"
    }
    drops = any(c.get("hook") == "input" and c.get("policy") == "drop" for c in chains) or any(
        (r["family"], r["table"], r["chain"]) in incoming and _ends_in_refusal(r.get("expr", []))
        for r in (entry["rule"] for entry in entries if "rule" in entry)
    )
    return drops and not any(_accepts(expression, port) for expression in rules)


def _ends_in_refusal(expression: list[dict[str, Any]]) -> bool:
    """A rule without a condition that drops or rejects everything."""
    words = {word for part in expression for word in part}
    return bool(words & {"drop", "reject"}) and "match" not in words


def _accepts(expression: list[dict[str, Any]], port: int) -> bool:
    if not any("accept" in part for part in expression):
        return False
    return any(
        part["match"].get("left") == {"payload": {"protocol": "tcp", "field": "dport"}}
        and _holds(part["match"].get("right"), port)
        for part in expression
        if "match" in part
    )


def _holds(right: Any, port: int) -> bool:
    """A port, `{"range": [low, high]}` or `{"set": [...]}` of both."""
    match right:
        case int():
            return right == port
        case {"range": [int(low), int(high)]}:
            return low <= port <= high
        case {"set": [*parts]}:
            return any(_holds(part, port) for part in parts)
    return False
