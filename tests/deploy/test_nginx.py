"""What the shipped configuration of nginx does, in front of Hearths and of scripted upstreams."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from settings import ROOT
from tests.acceptance.conftest import free_port
from tests.acceptance.prompts import question
from tests.deploy.nginx import Nginx, command, configure, nginx, write_changed
from tests.deploy.pair import FAKE, nginx_and_pair

pytestmark = pytest.mark.tier_all

CHAT = "/v1/chat/completions"
MEGABYTE = 1_000_000
OVERLOADED = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
DIES = b""


@pytest.fixture(scope="module")
def proxy(
    tmp_path_factory: pytest.TempPathFactory, need_tool: Callable[[str], str]
) -> Iterator[Nginx]:
    """nginx in front of two Hearths that stay."""
    folder = tmp_path_factory.mktemp("nginx")
    with nginx_and_pair(need_tool("nginx"), folder, FAKE) as (proxy, _):
        yield proxy


def client(proxy: Nginx) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=proxy.url, verify=proxy.trust, timeout=60)


@pytest.mark.parametrize("upstreams", ["deploy/nginx", "deploy/docker"])
def test_nginx_accepts_the_shipped_configuration(
    tmp_path: Path, need_tool: Callable[[str], str], upstreams: str
) -> None:
    program = need_tool("nginx")
    configure(tmp_path, port=free_port(), hearth_ports=(free_port(), free_port()))
    if upstreams == "deploy/docker":
        changes = {"hearth-1": "127.0.0.2", "hearth-2": "127.0.0.3"}
        if not knows_resolve(program):
            changes |= {" resolve;": ";", "    resolver 127.0.0.11 valid=5s;\n": ""}
        write_changed(tmp_path, ROOT / upstreams / "upstreams.conf", changes)
    result = subprocess.run(
        [*command(program, tmp_path), "-t", "-q"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def knows_resolve(program: str) -> bool:
    """Whether `server NAME resolve` may be written: from nginx 1.27.3 on."""
    result = subprocess.run([program, "-v"], capture_output=True, text=True, check=True)
    version = result.stderr.partition("nginx/")[2].split()[0]
    return tuple(map(int, version.split("."))) >= (1, 27, 3)


async def test_events_come_through_as_they_are_made(proxy: Nginx) -> None:
    body = {
        "model": "default",
        "messages": question("Hello"),
        "max_tokens": 100,
        "stream": True,
        "ignore_eos": True,
    }
    pieces: list[str] = []
    async with client(proxy) as http, http.stream("POST", CHAT, json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        pieces = [piece async for piece in response.aiter_text()]
    assert len(pieces) > 50, "events were collected on the way"
    assert pieces[-1].endswith("data: [DONE]\n\n")


async def test_files_are_kept_and_found_by_one_hearth(proxy: Nginx) -> None:
    line = json.dumps({"custom_id": "1", "method": "POST", "url": CHAT, "body": {}})
    async with client(proxy) as http:
        for _ in range(4):
            reply = await http.post(
                "/v1/files", data={"purpose": "batch"}, files={"file": ("a.jsonl", line)}
            )
            assert reply.status_code == 200, reply.text
            assert (await http.get(f"/v1/files/{reply.json()['id']}")).status_code == 200
        assert len((await http.get("/v1/files")).json()["data"]) == 4


@pytest.mark.parametrize("path", ["/metrics", "/admin/log-level"])
async def test_what_belongs_to_one_hearth_is_not_served(proxy: Nginx, path: str) -> None:
    async with client(proxy) as http:
        reply = await http.get(path)
    assert reply.status_code == 404
    assert "each Hearth directly" in reply.json()["error"]["message"]


@pytest.mark.parametrize(("megabytes", "whose"), [(10.5, "10"), (12, "11 MB")])
async def test_a_body_too_large_is_refused_in_json(
    proxy: Nginx, megabytes: float, whose: str
) -> None:
    """First by Hearth, which can say more; nginx refuses what is larger still."""
    async with client(proxy) as http:
        reply = await http.post(CHAT, content=b" " * int(megabytes * MEGABYTE))
    assert reply.status_code == 413
    assert reply.json()["error"]["code"] == "request_too_large"
    assert whose in reply.json()["error"]["message"]


async def test_without_any_hearth_the_client_is_told_to_try_again(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    with nginx(need_tool("nginx"), tmp_path, (free_port(), free_port())) as proxy:
        async with client(proxy) as http:
            reply = await http.post(CHAT, json={})
    assert (reply.status_code, reply.headers["retry-after"]) == (502, "2")
    assert reply.json()["error"]["code"] == "service_unavailable"


class Upstreams:
    """Two scripted Hearths that answer every request with the same bytes, or die of it."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.heads: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self._answer)
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def behind(program: str, folder: Path, upstreams: Upstreams) -> AsyncIterator[Nginx]:
    first = await asyncio.start_server(upstreams.answer, "127.0.0.1", 0)
    second = await asyncio.start_server(upstreams.answer, "127.0.0.1", 0)
    async with first, second:
        ports = (first.sockets[0].getsockname()[1], second.sockets[0].getsockname()[1])
        with nginx(program, folder, ports) as proxy:
            yield proxy


async def test_what_a_client_claims_about_its_address_is_replaced(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    upstreams = Upstreams(FINE)
    claims = {
        "X-Forwarded-For": "10.9.9.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Real-IP": "10.9.9.9",
        "Forwarded": "for=10.9.9.9",
    }
    async with behind(need_tool("nginx"), tmp_path, upstreams) as proxy, client(proxy) as http:
        await http.get("/v1/models", headers={**claims, "Host": "hearth.example"})
    [head] = [head.decode() for head in upstreams.heads]
    assert "X-Forwarded-For: 127.0.0.1\r\n" in head
    assert "X-Forwarded-Proto: https\r\n" in head
    assert "Host: hearth.example\r\n" in head
    assert not [claim for claim in ("10.9.9.9", "evil", "gopher") if claim in head]


async def test_a_full_hearth_does_not_move_its_load_to_its_neighbour(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    upstreams = Upstreams(OVERLOADED)
    async with behind(need_tool("nginx"), tmp_path, upstreams) as proxy, client(proxy) as http:
        replies = [await http.post(CHAT, json={}) for _ in range(6)]
    assert {(reply.status_code, reply.headers["retry-after"]) for reply in replies} == {(429, "3")}
    assert len(upstreams.heads) == 6


async def test_a_request_that_kills_is_passed_on_once(
    tmp_path: Path, need_tool: Callable[[str], str]
) -> None:
    upstreams = Upstreams(DIES)
    async with behind(need_tool("nginx"), tmp_path, upstreams) as proxy, client(proxy) as http:
        reply = await http.post(CHAT, json={})
    assert reply.status_code == 502
    assert len(upstreams.heads) == 2
