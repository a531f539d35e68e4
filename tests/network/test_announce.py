"""A real browser finds the announced server, on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from network.addresses import host_label
from network.announce import SERVICE_TYPE, Announcement, Service

LOOPBACK = ("127.0.0.1",)
PATIENCE_SECONDS = 10.0
SERVICE = Service(8123, model="some-model", version="1.2.3", scheme="https")
NAME = f"Hearth on {host_label()}"


class Browser:
    """What is on the network, as another program sees it."""

    def __init__(self, zeroconf: AsyncZeroconf) -> None:
        self._zeroconf = zeroconf
        self._seen: set[str] = set()
        self._changed = asyncio.Event()
        self._browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE_TYPE, handlers=[self._note])

    def _note(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            self._seen.discard(name)
        else:
            self._seen.add(name)
        self._changed.set()

    async def wait_for(self, name: str, *, is_there: bool) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (f"{name}.{SERVICE_TYPE}" in self._seen) is not is_there:
                self._changed.clear()
                await self._changed.wait()

    async def look_up(self, name: str) -> AsyncServiceInfo:
        info = AsyncServiceInfo(SERVICE_TYPE, f"{name}.{SERVICE_TYPE}")
        assert await info.async_request(self._zeroconf.zeroconf, PATIENCE_SECONDS * 1000)
        return info

    async def close(self) -> None:
        await self._browser.async_cancel()


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with AsyncZeroconf(interfaces=list(LOOPBACK)) as zeroconf:
        browser = Browser(zeroconf)
        yield browser
        await browser.close()


async def test_a_browser_finds_the_server_sees_it_move_and_sees_it_go(browser: Browser) -> None:
    async with Announcement(SERVICE, interfaces=LOOPBACK) as announcement:
        assert await announcement.renew(["192.168.1.20", "10.0.0.4"]) == NAME
        await browser.wait_for(NAME, is_there=True)
        info = await browser.look_up(NAME)
        assert sorted(info.parsed_addresses()) == ["10.0.0.4", "192.168.1.20"]
        assert info.port == 8123
        assert info.decoded_properties == {
            "path": "/v1",
            "scheme": "https",
            "model": "some-model",
            "version": "1.2.3",
        }
        await announcement.renew(["10.0.0.9"])
        await browser.wait_for(NAME, is_there=True)
        assert (await browser.look_up(NAME)).parsed_addresses() == ["10.0.0.9"]
    await browser.wait_for(NAME, is_there=False)


async def test_a_second_server_on_the_machine_gets_a_name_of_its_own(browser: Browser) -> None:
    async with (
        Announcement(SERVICE, interfaces=LOOPBACK) as first,
        Announcement(SERVICE, interfaces=LOOPBACK) as second,
    ):
        assert await first.renew(["192.168.1.20"]) == NAME
        other = await second.renew(["192.168.1.20"])
        assert other is not None
        assert other != NAME
        await browser.wait_for(other, is_there=True)


async def test_without_an_address_nothing_is_announced() -> None:
    async with Announcement(SERVICE, interfaces=LOOPBACK) as announcement:
        assert await announcement.renew([]) is None


def test_a_long_name_of_a_model_is_cut() -> None:
    info = Service(1, model="ö" * 300, version="1").at(["192.168.1.20"])
    assert info.decoded_properties["model"] == "ö" * 100
