"""A new certificate is for new connections, and nobody who is connected notices."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.x509.oid import NameOID

import tls.live_context
from tests.api.conftest import eventually
from tests.tls.conftest import DAY, write_pair
from tls.errors import TlsProblem
from tls.live_context import LiveContext

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


class Echo:
    """A server that says back what it hears."""

    def __init__(self, live: LiveContext, port: int) -> None:
        self.live = live
        self.port = port

    async def connect(
        self, name: str | None = "localhost"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=TRUSTING, server_hostname=name
        )

    async def shown(self, name: str | None = "localhost") -> str:
        """The name in the certificate that a new connection gets."""
        _, writer = await self.connect(name)
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
        [subject] = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(
            NameOID.COMMON_NAME
        )
        return str(subject.value)


async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
    writer.close()


@asynccontextmanager
async def echoing(live: LiveContext) -> AsyncIterator[Echo]:
    server = await asyncio.start_server(say_back, "127.0.0.1", 0, ssl=live.context)
    watching = asyncio.create_task(live.watch())
    try:
        async with server:
            yield Echo(live, server.sockets[0].getsockname()[1])
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest_asyncio.fixture
async def echo(tmp_path: Path) -> AsyncIterator[Echo]:
    pair = write_pair(tmp_path)
    async with echoing(LiveContext(lambda: pair)) as echo:
        yield echo


async def wait_for_name(echo: Echo, name: str) -> None:
    async with asyncio.timeout(5):
        while await echo.shown() != name:
            await asyncio.sleep(0.02)


async def test_a_new_certificate_is_given_within_a_second(echo: Echo, tmp_path: Path) -> None:
    assert await echo.shown() == "first"
    write_pair(tmp_path, name="second")
    begun = asyncio.get_running_loop().time()
    await wait_for_name(echo, "second")
    assert asyncio.get_running_loop().time() - begun < 1.0


async def test_a_client_that_names_nobody_gets_it_too(echo: Echo, tmp_path: Path) -> None:
    write_pair(tmp_path, name="second")
    await echo.live.reload()
    assert await echo.shown("127.0.0.1") == "second"


async def test_a_running_connection_is_not_hurt(echo: Echo, tmp_path: Path) -> None:
    reader, writer = await echo.connect()
    write_pair(tmp_path, name="second")
    await wait_for_name(echo, "second")
    writer.write(b"still here\n")
    assert await reader.readline() == b"still here\n"
    writer.close()
    await writer.wait_closed()


async def test_a_pair_that_is_half_written_leaves_the_old_one(echo: Echo, tmp_path: Path) -> None:
    whole = write_pair(tmp_path / "new", name="second")
    (tmp_path / "cert.pem").write_bytes(whole.certificate.read_bytes())
    await echo.live.reload()
    assert await echo.shown() == "first"
    (tmp_path / "key.pem").write_bytes(whole.key.read_bytes())
    await wait_for_name(echo, "second")


@pytest.mark.parametrize("content", [b"", b"broken"])
async def test_a_broken_file_leaves_the_old_one(echo: Echo, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cert.pem").write_bytes(content)
    await echo.live.reload()
    assert await echo.shown() == "first"


async def test_an_expired_or_missing_one_leaves_the_old_one(echo: Echo, tmp_path: Path) -> None:
    write_pair(tmp_path, name="second", life=-DAY)
    await echo.live.reload()
    assert await echo.shown() == "first"
    (tmp_path / "cert.pem").unlink()
    await echo.live.reload()
    assert await echo.shown() == "first"


async def test_a_pair_that_is_found_anew_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [write_pair(tmp_path / name, name=name) for name in ("first", "second")]
    found = iter([pairs[0]])
    live = LiveContext(lambda: next(found, pairs[1]))
    monkeypatch.setattr(tls.live_context, "RENEWAL_SECONDS", 0.0)
    async with echoing(live) as echo:
        await wait_for_name(echo, "second")


async def test_what_cannot_be_found_again_is_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, num_asked = write_pair(tmp_path), 0

    def find() -> object:
        nonlocal num_asked
        num_asked += 1
        if num_asked > 1:
            raise TlsProblem("the disk is full")
        return pair

    monkeypatch.setattr(tls.live_context, "RENEWAL_SECONDS", 0.0)
    monkeypatch.setattr(tls.live_context, "POLL_SECONDS", 0.01)
    async with echoing(LiveContext(find)) as echo:  # type: ignore[arg-type]
        await eventually(lambda: num_asked > 2)
        assert await echo.shown() == "first"
