"""Under which addresses this machine can be reached.

Thread: both; it asks the system.
"""

from ipaddress import ip_address

import ifaddr

LOOPBACK = frozenset({"127.0.0.1", "::1"})


def addresses_of_machine() -> frozenset[str]:
    """Loopback and those of the network. A link's own IPv6 addresses need a zone: left out."""
    found = {
        ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    }
    return LOOPBACK | {
        str(each) for each in found if not (each.version == 6 and each.is_link_local)
    }
