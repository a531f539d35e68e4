"""Whether an address will be the same tomorrow: it was set here, or the router gave it.

Thread: any but the event loop: it blocks.
"""

import json
import platform
import re
from typing import Literal

from network.addresses import LanAddress
from network.programs import AskProgram, ask_program

Assignment = Literal["fixed", "dynamic", "unknown"]
"""dynamic: by DHCP or another server of the network. A router may always give the same one, which
cannot be seen from here."""

FOREVER_SECONDS = 2**32 - 1
GIVEN_BY_DHCP = re.compile(r"^yiaddr = (\S+)", re.MULTILINE)


def how_assigned(
    address: LanAddress, *, ask: AskProgram = ask_program, system: str | None = None
) -> Assignment:
    """How this machine came to an address."""
    if (system or platform.system()) == "Darwin":
        return _on_a_mac(address, ask)
    answer = ask("ip", "-j", "addr", "show", "dev", address.interface)
    if answer is None or answer.code:
        return "unknown"
    return assignment_in_ip_json(answer.text, address.ip)


def assignment_in_ip_json(text: str, ip: str) -> Assignment:
    """From `ip -j addr`: an address that was given has a lifetime."""
    try:
        entries = [entry for link in json.loads(text) for entry in link.get("addr_info", ())]
    except (ValueError, AttributeError, TypeError):
        return "unknown"
    for entry in entries:
        if entry.get("local") == ip:
            lasts = entry.get("valid_life_time", FOREVER_SECONDS) >= FOREVER_SECONDS
            return "fixed" if lasts and not entry.get("dynamic") else "dynamic"
    return "unknown"


def _on_a_mac(address: LanAddress, ask: AskProgram) -> Assignment:
    if address.version == 6:
        return "unknown"
    answer = ask("ipconfig", "getpacket", address.interface)
    return "unknown" if answer is None else assignment_in_packet(answer.text, address.ip)


def assignment_in_packet(text: str, ip: str) -> Assignment:
    """From `ipconfig getpacket`: DHCP's last answer, nothing where DHCP is not used.

    With "DHCP with manual address" the answer has another address, mostly 0.0.0.0.
    """
    given = GIVEN_BY_DHCP.search(text)
    return "dynamic" if given and given[1] == ip else "fixed"
