"""What the log says about where the server is found; a failure is a warning and no more."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
from loguru import logger

from network.addresses import LanAddress, reachable_addresses
from network.announce import Announcement, Service
from network.presence import announce, stay_found

SERVICE = Service(8123, model="some-model", version="1.2.3")


@pytest.fixture
def log() -> Iterator[asyncio.Queue[str]]:
    lines: asyncio.Queue[str] = asyncio.Queue()
    sink = logger.add(lambda text: lines.put_nowait(str(text)), format="{level} {message}")
    yield lines
    logger.remove(sink)


async def test_a_server_for_this_machine_alone_is_not_announced(log: asyncio.Queue[str]) -> None:
    await stay_found("127.0.0.1", SERVICE, announces=True)
    assert log.empty()


async def test_the_log_has_the_addresses_on_the_lan(log: asyncio.Queue[str]) -> None:
    finding = asyncio.create_task(stay_found("0.0.0.0", SERVICE, announces=False))
    line = await asyncio.wait_for(log.get(), 10)
    finding.cancel()
    await asyncio.gather(finding, return_exceptions=True)
    for address in reachable_addresses("0.0.0.0"):
        assert f"http://{address.ip}:8123/v1" in line


async def test_a_machine_without_a_network_is_told_so(log: asyncio.Queue[str]) -> None:
    finding = asyncio.create_task(stay_found("203.0.113.99", SERVICE, announces=True))
    assert "no LAN address" in await asyncio.wait_for(log.get(), 10)
    finding.cancel()
    await asyncio.gather(finding, return_exceptions=True)


# zeroconf leaves the socket of the interface that is not there to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_announcement_that_fails_is_a_warning_with_the_way_out(
    log: asyncio.Queue[str],
) -> None:
    nowhere = (LanAddress("203.0.113.99", "en9"),)
    async with Announcement(SERVICE) as announcement:
        await announce(announcement, nowhere)
    line = await asyncio.wait_for(log.get(), 10)
    assert line.startswith("WARNING cannot announce")
    assert "--mdns false" in line
    gc.collect()
