"""Keeps the server found while the network changes: logs new addresses, announces them anew.

Thread: event loop.
"""

from collections.abc import Callable
from functools import partial

from loguru import logger

from network.addresses import LanAddress, in_url, is_for_the_lan, reachable_addresses
from network.announce import Announcement, Service
from network.watch import follow_addresses


async def stay_found(bound_ip: str, service: Service, *, announces: bool) -> None:
    """Until it is cancelled; at once if only this machine reaches the server.

    A network that cannot be used is a warning, and is tried again when it has changed.
    """
    if not is_for_the_lan(bound_ip):
        return
    find: Callable[[], tuple[LanAddress, ...]] = partial(reachable_addresses, bound_ip)
    async with Announcement(service) as announcement:

        async def tell(addresses: tuple[LanAddress, ...]) -> None:
            _log(addresses, service)
            if announces:
                await announce(announcement, addresses)

        await follow_addresses(find, tell)


def _log(addresses: tuple[LanAddress, ...], service: Service) -> None:
    urls = [f"{service.scheme}://{in_url(each.ip)}:{service.port}/v1" for each in addresses]
    if urls:
        logger.info("reachable on the LAN at {}", ", ".join(urls))
    else:
        logger.warning("no LAN address: other machines cannot connect until there is a network")


async def announce(announcement: Announcement, addresses: tuple[LanAddress, ...]) -> None:
    """Announce the server at those that lead to the LAN; a failure is a warning."""
    on_the_lan = [each.ip for each in addresses if not each.is_virtual]
    try:
        name = await announcement.renew(on_the_lan)
    except Exception as error:
        # Whatever it is, the server does not need it.
        logger.warning(
            "cannot announce the server by multicast DNS ({}: {}); clients need its address, "
            "and --mdns false switches this off",
            type(error).__name__,
            error,
        )
        return
    if name:
        logger.info("announced by multicast DNS as {}", name)
