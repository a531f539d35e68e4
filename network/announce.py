"""Announces the server on the LAN by multicast DNS (Bonjour), so that programs find it by itself.

Thread: event loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from network.addresses import MAX_LABEL_BYTES, announced_name, host_label

SERVICE_TYPE = "_http._tcp.local."
MAX_MODEL_BYTES = 200
"""A property has 255 bytes with its name."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is announced: where it is is said apart, as that may change."""

    port: int
    model: str
    version: str
    scheme: str = "http"

    @property
    def name(self) -> str:
        return f"{_shortened(f'Hearth on {host_label()}', MAX_LABEL_BYTES)}.{SERVICE_TYPE}"

    def at(self, ips: Sequence[str]) -> ServiceInfo:
        properties = {"path": "/v1", "scheme": self.scheme, "version": self.version}
        return ServiceInfo(
            SERVICE_TYPE,
            self.name,
            port=self.port,
            properties={**properties, "model": _shortened(self.model, MAX_MODEL_BYTES)},
            server=f"{announced_name()}.",
            parsed_addresses=list(ips),
        )


class Announcement:
    """Announced from `renew` to the end of the block.

    `interfaces` are addresses to speak on, for tests; as a rule those that are announced.
    """

    def __init__(self, service: Service, *, interfaces: Sequence[str] | None = None) -> None:
        self._service = service
        self._interfaces = interfaces
        self._zeroconf: AsyncZeroconf | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.withdraw()

    async def renew(self, ips: Sequence[str]) -> str | None:
        """Announce the server at these addresses and no others.

        Returns the name under which it is found, None without an address.

        Raises:
            OSError, zeroconf.Error: it cannot be announced; nothing is left behind.
        """
        await self.withdraw()
        if not ips:
            return None
        self._zeroconf = AsyncZeroconf(interfaces=list(self._interfaces or ips))
        try:
            info = self._service.at(ips)
            await (await self._zeroconf.async_register_service(info, allow_name_change=True))
        except BaseException:
            await self.withdraw()
            raise
        return info.name.removesuffix(f".{SERVICE_TYPE}")

    async def withdraw(self) -> None:
        """Say goodbye, and close the sockets."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            await zeroconf.async_close()


def _shortened(text: str, max_bytes: int) -> str:
    return text.encode()[:max_bytes].decode(errors="ignore")
