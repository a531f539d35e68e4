"""https as a user starts it: an authority of the machine's own, and a certificate that changes."""

import asyncio
import ssl
from pathlib import Path

import aiohttp
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.acceptance.conftest import CHAT, ServerProcess, started
from tests.tls.conftest import DAY, write_pair

NUM_STREAMS = 20
FAKE = ("-m", "tests.acceptance.fake_server", "steady")
BODY = {
    "model": "default",
    "messages": [{"role": "user", "content": "Count"}],
    "stream": True,
    "ignore_eos": True,
    "max_tokens": 100,
}


def subject_of(writer: asyncio.StreamWriter) -> str:
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)


async def shown(server: ServerProcess) -> str:
    """The name in the certificate that a new connection gets."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = int(server.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.close()
    return subject_of(writer)


async def test_a_client_that_trusts_the_authority_is_served(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", "--tls", "auto", program=FAKE) as server:
        assert server.url.startswith("https://127.0.0.1:")
        file = tmp_path / "tls" / "ca.pem"
        assert str(file) in server.output
        trusting = ssl.create_default_context(cafile=file)
        async with aiohttp.ClientSession(server.url) as http:
            for name in ("127.0.0.1", "localhost"):
                url = server.url.replace("127.0.0.1", name)
                async with http.get(f"{url}/v1/models", ssl=trusting) as response:
                    assert response.status == 200


async def test_a_certificate_that_is_replaced_hurts_no_stream(tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "pair")
    flags = ("--port", "0", "--tls-cert", str(pair.certificate), "--tls-key", str(pair.key))
    with started(tmp_path, *flags, "--max-slots", "20", program=FAKE) as server:
        async with aiohttp.ClientSession(server.url) as http:

            async def stream() -> bytes:
                async with http.post(CHAT, json=BODY, ssl=False) as response:
                    assert response.status == 200
                    await response.content.readany()
                    begun.release()
                    return await response.read()

            begun = asyncio.Semaphore(0)
            streams = [asyncio.create_task(stream()) for _ in range(NUM_STREAMS)]
            async with asyncio.timeout(10):
                for _ in streams:
                    await begun.acquire()
            assert await shown(server) == "first"
            write_pair(tmp_path / "pair", name="second")
            async with asyncio.timeout(1.0):
                while await shown(server) != "second":
                    await asyncio.sleep(0.05)
            assert not any(task.done() for task in streams)
            for text in await asyncio.gather(*streams):
                assert text.endswith(b"data: [DONE]\n\n")


def test_a_certificate_that_has_expired_is_said_in_one_line(tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "pair", life=-DAY)
    with started(tmp_path, "--tls-cert", str(pair.certificate), "--tls-key", str(pair.key)) as it:
        assert it.wait() == 1
        assert [line for line in it.lines if line.startswith("hearth:") and "expired" in line]
