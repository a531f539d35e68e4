"""Checks of the LAN: addresses that stay, and names that lead to this machine.

Thread: both (a process of its own).
"""

import platform

from doctor.finding import Finding, ok, problem, warning
from network.addresses import LanAddress
from network.fixed import how_assigned
from network.programs import AskProgram, ask_program


def check_lan_addresses(
    addresses: tuple[LanAddress, ...], *, ask: AskProgram = ask_program, system: str | None = None
) -> Finding:
    """Where other machines find this one, and whether they will tomorrow."""
    name = "LAN addresses"
    on_the_lan = [each for each in addresses if not each.is_virtual]
    if not on_the_lan:
        mend = "connect the cable or join the Wi-Fi; other machines cannot reach this one now"
        return problem(name, "there are none", mend)
    assigned = {each: how_assigned(each, ask=ask, system=system) for each in on_the_lan}
    found = ", ".join(f"{each.ip} ({each.interface})" for each in on_the_lan)
    moving = [each.ip for each, how in assigned.items() if how == "dynamic"]
    if moving:
        return warning(
            name,
            f"{found}; the router gave {', '.join(moving)} and may give another one",
            "reserve it in the router for this machine, or set a fixed one; "
            "docs/network.md says how. Nothing, if it is reserved there already",
        )
    if "unknown" in assigned.values():
        return ok(name, f"{found}; whether they stay cannot be seen from here")
    return ok(name, f"{found}, set to stay")


def check_names(
    names: tuple[str, ...], *, ask: AskProgram = ask_program, system: str | None = None
) -> Finding:
    """Whether the machine's own names lead anywhere, asked here: another machine may see others."""
    check = "names"
    lost = [name for name in names if _leads_nowhere(name, ask, system or platform.system())]
    if not lost:
        return ok(check, f"{', '.join(names)} can be resolved here")
    return warning(
        check,
        f"{', '.join(lost)} cannot be resolved here",
        "let clients use an address; or give this machine a name in the router, "
        "and for .local on Linux: apt install avahi-daemon libnss-mdns",
    )


def _leads_nowhere(name: str, ask: AskProgram, system: str) -> bool:
    """False where it cannot be found out: both programs wait for nothing longer than we do."""
    if system == "Darwin":
        answer = ask("dscacheutil", "-q", "host", "-a", "name", name)
        return answer is not None and "address" not in answer.text
    answer = ask("getent", "ahosts", name)
    return answer is not None and answer.code != 0
