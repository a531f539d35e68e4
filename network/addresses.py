"""This machine's addresses on the LAN, and its names.

Thread: both.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import ifaddr

WILDCARDS = {"0.0.0.0": 4, "::": 6}
"""Addresses that mean all of the machine's, and their IP version: `::` is not opened for IPv4."""

VIRTUAL_INTERFACES = (
    *("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "bridge", "cni", "lxc", "podman"),
    *("utun", "tun", "tap", "wg", "tailscale", "zt", "ppp", "ipsec", "gif", "stf"),
    *("awdl", "llw", "ap", "anpi"),
)
"""How interfaces are called that lead to containers, tunnels or Apple's own links, not the LAN."""

LOOPBACK = frozenset({"127.0.0.1", "::1"})

MAX_LABEL_BYTES = 63


@dataclass(frozen=True, slots=True)
class LanAddress:
    """An address that other machines may reach."""

    ip: str
    interface: str

    @property
    def version(self) -> int:
        return ipaddress.ip_address(self.ip).version

    @property
    def is_virtual(self) -> bool:
        """Whether it leads to containers or through a tunnel."""
        return self.interface.startswith(VIRTUAL_INTERFACES)


def lan_addresses(adapters: Iterable[ifaddr.Adapter] | None = None) -> tuple[LanAddress, ...]:
    """IPv4 first; those of containers and tunnels last. No loopback, no link-local addresses."""
    found = [
        LanAddress(str(ip.ip if ip.is_IPv4 else ip.ip[0]), adapter.name)
        for adapter in (ifaddr.get_adapters() if adapters is None else adapters)
        for ip in adapter.ips
    ]
    leading_out = [address for address in dict.fromkeys(found) if _leads_out(address.ip)]
    return tuple(sorted(leading_out, key=lambda each: (each.is_virtual, each.version)))


def reachable_addresses(
    bound_ip: str, addresses: tuple[LanAddress, ...] | None = None
) -> tuple[LanAddress, ...]:
    """Of the LAN addresses those at which a server that is bound to this one is reached."""
    every = lan_addresses() if addresses is None else addresses
    if bound_ip in WILDCARDS:
        return tuple(each for each in every if each.version == WILDCARDS[bound_ip])
    return tuple(each for each in every if each.ip == bound_ip)


def is_for_the_lan(bound_ip: str) -> bool:
    """Whether other machines may reach a server that is bound to this address."""
    return not ipaddress.ip_address(bound_ip).is_loopback


def in_url(host: str) -> str:
    """As it is written in a URL: IPv6 addresses have brackets."""
    return f"[{host}]" if ":" in host else host


def host_label() -> str:
    """The machine's name without a domain, as one label of a name in DNS."""
    label = socket.gethostname().partition(".")[0]
    return label.encode()[:MAX_LABEL_BYTES].decode(errors="ignore") or "localhost"


def host_names() -> tuple[str, ...]:
    """What the machine is called on the LAN: its own name, and that of multicast DNS."""
    return tuple(dict.fromkeys([socket.gethostname(), f"{host_label()}.local"]))


def announced_name() -> str:
    """What the server is called by multicast DNS.

    A name of our own: the machine's belongs to its system, which takes another when somebody else
    announces it with other addresses.
    """
    label = f"hearth-{host_label()}".encode()[:MAX_LABEL_BYTES].decode(errors="ignore")
    return f"{label}.local"


def own_names() -> frozenset[str]:
    """All by which clients may call this machine or the server, in lower case."""
    full, short = socket.gethostname().rstrip("."), host_label()
    return frozenset(name.lower() for name in (full, short, f"{short}.local", announced_name()))


def own_addresses() -> frozenset[str]:
    """Loopback and those of the network. A link's own IPv6 addresses need a zone: left out."""
    found = {
        ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    }
    return LOOPBACK | {
        str(each) for each in found if not (each.version == 6 and each.is_link_local)
    }


def _leads_out(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
