"""How the server's process starts, stops and dies, and what its clients get meanwhile."""

import asyncio
import shlex
import signal
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.acceptance.conftest import CHAT, ServerProcess, started
from tests.acceptance.prompts import question

FAKE_SERVER = ("-m", "tests.acceptance.fake_server")
AT_ONCE_SECONDS = 3.0

NUM_STARTS = 10
NUM_CLIENTS = 8


def long_request(*, stream: bool = True, max_tokens: int = 8000) -> dict[str, Any]:
    return {
        "model": "default",
        "messages": question("Hello"),
        "stream": stream,
        "ignore_eos": True,
        "max_tokens": max_tokens,
    }


async def first_frame(response: aiohttp.ClientResponse) -> bytes:
    """Of a stream; from then on the request runs."""
    assert response.status == 200
    return await response.content.readuntil(b"\n\n")


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_told_to_stop_lets_a_running_stream_finish(
    tmp_path: Path, order: signal.Signals
) -> None:
    with started(tmp_path, "--port", "0") as server:
        async with (
            aiohttp.ClientSession(server.url) as http,
            http.post(CHAT, json=long_request(max_tokens=200)) as response,
        ):
            await first_frame(response)
            server.send_signal(order)
            rest = (await response.read()).decode()
        assert rest.count('"finish_reason":"length"') == 1
        assert rest.endswith("data: [DONE]\n\n")
        assert server.wait() == 0
        assert "Traceback" not in server.output


@pytest.mark.tier_all
async def test_a_stopping_server_takes_no_new_requests(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", program=(*FAKE_SERVER, "well")) as server:
        async with (
            aiohttp.ClientSession(server.url) as http,
            http.post(CHAT, json=long_request(max_tokens=150)) as response,
        ):
            await first_frame(response)
            server.send_signal(signal.SIGTERM)
            server.wait_for_output("stopping: no new requests")
            async with http.post(CHAT, json=long_request()) as refused:
                assert refused.status == 503
                assert int(refused.headers["Retry-After"]) >= 1
            assert (await response.read()).endswith(b"data: [DONE]\n\n")
        assert server.wait() == 0


@pytest.mark.tier_all
async def test_a_request_longer_than_the_grace_time_ends_with_an_error(tmp_path: Path) -> None:
    flags = ("--port", "0", "--shutdown-grace-seconds", "0.5")
    with started(tmp_path, *flags, program=(*FAKE_SERVER, "well")) as server:
        async with (
            aiohttp.ClientSession(server.url) as http,
            http.post(CHAT, json=long_request()) as response,
        ):
            await first_frame(response)
            server.send_signal(signal.SIGTERM)
            rest = (await response.read()).decode()
        assert '"error":' in rest
        assert "shutting down" in rest
        assert "[DONE]" not in rest
        assert server.wait() == 0
        assert "Traceback" not in server.output


@pytest.mark.tier_all
async def test_a_second_signal_does_not_wait_for_running_requests(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0", program=(*FAKE_SERVER, "well")) as server:
        async with (
            aiohttp.ClientSession(server.url) as http,
            http.post(CHAT, json=long_request()) as response,
        ):
            await first_frame(response)
            server.send_signal(signal.SIGINT)
            server.wait_for_output("stopping: no new requests")
            server.send_signal(signal.SIGINT)
            start = time.monotonic()
            rest = (await response.read()).decode()
            assert time.monotonic() - start < AT_ONCE_SECONDS
        assert '"error":' in rest
        assert server.wait() == 0


@pytest.mark.tier_all
async def test_sigterm_while_loading_ends_with_exit_code_0(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0") as server:
        server.wait_for_output("hearth-tiny-demo: ")  # the first progress of loading
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0
        assert "Stop with Ctrl-C." not in server.output
        assert "Traceback" not in server.output


async def test_the_request_that_the_server_shows_works_when_it_is_pasted(
    server: ServerProcess, http: aiohttp.ClientSession
) -> None:
    [shown] = [line for line in server.lines if line.strip().startswith("curl ")]
    _, url, _, body = shlex.split(shown)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}  # curl's own with -d
    async with http.post(url, data=body, headers=headers) as response:
        assert response.status == 200
        assert (await response.json())["choices"]


async def test_when_the_engine_dies_everybody_is_told_at_once_and_the_process_ends(
    tmp_path: Path,
) -> None:
    flags = ("--port", "0", "--max-slots", "2")
    with started(tmp_path, *flags, program=(*FAKE_SERVER, "engine-dies")) as server:
        async with aiohttp.ClientSession(server.url) as http, asyncio.TaskGroup() as clients:

            async def ask(*, stream: bool) -> tuple[float, int, str]:
                async with http.post(CHAT, json=long_request(stream=stream)) as response:
                    text = (await response.read()).decode()
                    return time.monotonic(), response.status, text

            streaming = clients.create_task(ask(stream=True))
            others = [clients.create_task(ask(stream=False)) for _ in range(4)]  # 3 must wait
        told_seconds, status, text = streaming.result()
        assert status == 200 or '"error":' in text
        assert '"error":' in text
        assert "[DONE]" not in text
        times = [told_seconds]
        for other in others:
            seconds, status, text = other.result()
            times.append(seconds)
            assert (status, '"code":"service_unavailable"' in text) == (503, True)
        assert max(times) - min(times) < AT_ONCE_SECONDS
        assert server.wait() == 70
        assert "the engine cannot go on" in server.output


async def test_a_second_server_on_the_port_says_so_in_one_line(
    server: ServerProcess, tmp_path: Path
) -> None:
    port = server.url.rpartition(":")[2]
    with started(tmp_path, "--port", port) as second:
        assert second.wait() == 1
        [line] = second.lines
        assert line.startswith(f"hearth: port {port} on 127.0.0.1 is taken")


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--prot", "1"), 2, ["--prot", "--help"]),
        (("--model", "no/such/folder/here"), 1, ["no/such/folder/here"]),
        (("--memory-limit-gb", "0.001"), 1, ["GB"]),
        (("--host", "192.0.2.1"), 1, ["--host", "192.0.2.1"]),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line(
    tmp_path: Path, flags: tuple[str, ...], code: int, words: list[str]
) -> None:
    with started(tmp_path, *flags) as server:
        assert server.wait() == code, server.output
        [line] = server.lines
        assert line.startswith("hearth: ")
        for word in words:
            assert word in line


@pytest.mark.tier_all
async def test_ten_starts_and_stops_under_load_end_with_exit_code_0(tmp_path: Path) -> None:
    """A process that used mlx on a thread sometimes aborts at its end, with exit code 134."""
    for _ in range(NUM_STARTS):
        with started(tmp_path, "--port", "0", "--shutdown-grace-seconds", "0.2") as server:
            async with aiohttp.ClientSession(server.url) as http, asyncio.TaskGroup() as clients:
                has_begun = asyncio.Barrier(NUM_CLIENTS + 1)

                async def read_a_stream(
                    http: aiohttp.ClientSession, has_begun: asyncio.Barrier
                ) -> None:
                    async with http.post(CHAT, json=long_request()) as response:
                        await first_frame(response)
                        await has_begun.wait()
                        assert b"[DONE]" not in await response.read()

                for _ in range(NUM_CLIENTS):
                    clients.create_task(read_a_stream(http, has_begun))
                await has_begun.wait()
                server.send_signal(signal.SIGTERM)
            assert server.wait() == 0, server.output
