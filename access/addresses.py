"""Whose address counts: the other end of the connection, or what a trusted proxy says.

Thread: event loop.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

FORWARDING = frozenset(
    {
        *("forwarded", "via", "x-real-ip", "x-cluster-client-ip", "x-client-ip", "client-ip"),
        *("true-client-ip", "cf-connecting-ip", "fastly-client-ip", "x-proxyuser-ip"),
    }
)
FORWARDING_PREFIXES = ("x-forwarded", "x-original-", "x-envoy-")
"""Headers that say: a proxy was here. Whoever sends one is not at this machine's own terminal."""

_WITH_PORT = re.compile(r"(?P<v4>[\d.]+):\d{1,5}|\[(?P<v6>[0-9A-Fa-f:.]+)\](?::\d{1,5})?")


def read_network(text: str) -> Network:
    """An address, or a network such as 192.168.0.0/24. Raises ValueError."""
    return ip_network(text, strict=False)


@lru_cache(maxsize=4096)
def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it, perhaps with a port; None for anything else."""
    if with_port := _WITH_PORT.fullmatch(text):
        text = with_port["v4"] or with_port["v6"]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_in(text: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of them."""
    if not networks:
        return False
    address = read_address(text)
    return address is not None and any(address in network for network in networks)


def client_address(remote: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The client's address: of the hops that a trusted proxy names, the last that is none itself.

    forwarded_for: the values of all X-Forwarded-For headers, in their order. What stands before
    that hop was written by the client or by somebody unknown.
    """
    if not is_in(remote, trusted):
        return remote
    client = remote
    for hop in reversed([each.strip() for value in forwarded_for for each in value.split(",")]):
        address = read_address(hop)
        if address is None:
            break
        client = str(address)
        if not is_in(client, trusted):
            break
    return client


def is_direct_loopback(remote: str, headers: Iterable[str], trusted: Sequence[Network]) -> bool:
    """Whether a request comes from this machine, and from no proxy on it."""
    address = read_address(remote)
    if address is None or not address.is_loopback or is_in(remote, trusted):
        return False
    names = [name.lower() for name in headers]
    return not any(name in FORWARDING or name.startswith(FORWARDING_PREFIXES) for name in names)


def is_loopback_host(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    address = read_address(host)
    return host == "localhost" if address is None else address.is_loopback
