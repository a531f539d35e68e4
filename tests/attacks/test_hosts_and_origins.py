"""Forged Host and Origin headers: DNS rebinding, and pages of other servers."""

import json
import socket

import pytest

from tests.api.conftest import CHAT, minimal_chat
from tests.attacks.raw_http import AttackedServer

CHAT_BODY = json.dumps(minimal_chat()).encode()
NAME = socket.gethostname().lower()

FORGED_HOSTS = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "evil.example#localhost",
    "evil.example/localhost",
    "localhost@evil.example",
    "evil.example@localhost",
    "evil.example:80@localhost",
    "localhost:8000:evil.example",
    "localhost evil.example",
    "localhost,evil.example",
    "localhost\tevil.example",
    "evil.local",
    "localhost:port",
    "localhost:999999",
    "2130706433",
    "0x7f000001",
    "127.1",
    "[::1].evil.example",
    "[evil.example]",
    "[::1",
    "::1",
    "xn--lcalhost-54a",
    "l\u00f6calhost",
    "localhost\\evil.example",
    "..",
    ".",
    "",
    "*",
    ".local",
    "a" * 5_000,
]

FORGED_ORIGINS = [
    "http://evil.example",
    "https://evil.example",
    "null",
    "",
    "*",
    "http://localhost:1",
    "http://localhost.evil.example",
    "http://localhost@evil.example",
    "http://evil.example/localhost",
    "http://evil.example#localhost",
    "http://localhost/",
    "http://localhost/path",
    "http://localhost, http://evil.example",
    "http://localhost http://evil.example",
    "ftp://localhost",
    "file://",
    "localhost",
    "//localhost",
    "chrome-extension://abcdef",
    "app://obsidian.md",
    "http://[::1",
    "http://localhost:99999",
    "http://user@localhost",
    "http://LOCALHOST.evil.example",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("host", FORGED_HOSTS)
def test_a_forged_host_is_refused(attacked: AttackedServer, host: str) -> None:
    for method, body in (("GET", b""), ("POST", CHAT_BODY)):
        reply = attacked.ask(CHAT, method=method, headers=f"Host: {host}", body=body)
        assert reply.status in (400, 403)
        if reply.status == 403:
            assert reply.code == "host_not_allowed"
    assert attacked.answers_as_ever()


@pytest.mark.parametrize(
    "headers",
    [
        "Host: localhost\r\nHost: evil.example",
        "Host: evil.example\r\nHost: localhost",
        "Host: localhost\r\nHost: localhost",
        "X-Forwarded-Host: localhost",
        "Host: evil.example\r\nX-Forwarded-Host: localhost",
        "Host: evil.example\r\nForwarded: host=localhost",
        "Host: evil.example\r\nX-Host: localhost",
        "Host : localhost",
        " Host: localhost",
        "Host: evil.example\r\n :localhost",
    ],
)
def test_a_host_that_is_said_twice_or_elsewhere_is_refused(
    attacked: AttackedServer, headers: str
) -> None:
    reply = attacked.ask(headers=headers)
    assert reply.status in (400, 403)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("target", ["http://evil.example/v1/models", "//evil.example/v1/models"])
def test_a_target_for_another_server_is_not_served(attacked: AttackedServer, target: str) -> None:
    assert attacked.ask(target).status in (400, 403, 404)
    assert attacked.answers_as_ever()


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8000", "localhost.", "sub.localhost", "127.0.0.1", "10.1.2.3:80"),
        *("[::1]", "[fe80::1]:8000", NAME, f"{NAME.partition('.')[0]}.local:8000"),
    ],
)
def test_a_name_of_this_machine_is_served(attacked: AttackedServer, host: str) -> None:
    assert attacked.ask(headers=f"Host: {host}").status == 200


def test_old_clients_that_say_no_host_are_served(attacked: AttackedServer) -> None:
    [reply] = attacked.say(b"GET /health HTTP/1.0\r\n\r\n")
    assert reply.status == 200


@pytest.mark.parametrize("origin", FORGED_ORIGINS)
def test_a_page_of_another_origin_is_refused(attacked: AttackedServer, origin: str) -> None:
    headers = f"Host: localhost\r\nOrigin: {origin}"
    if not origin:
        headers += "\r\nOrigin: http://evil.example"
    preflight = f"{headers}\r\nAccess-Control-Request-Method: POST"
    for reply in (
        attacked.ask(headers=headers),
        attacked.ask(CHAT, method="POST", headers=headers, body=CHAT_BODY),
        attacked.ask(CHAT, method="OPTIONS", headers=preflight),
    ):
        assert (reply.status, reply.code) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in reply.headers
    assert attacked.answers_as_ever()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "surprising"])
@pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket", ""])
def test_a_page_cannot_embed_what_this_server_has(
    attacked: AttackedServer, site: str, mode: str
) -> None:
    headers = f"Host: localhost\r\nSec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}"
    assert attacked.ask(headers=headers).status == 403


def test_a_form_of_another_page_cannot_be_sent(attacked: AttackedServer) -> None:
    headers = "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate"
    assert attacked.ask(CHAT, method="POST", headers=headers, body=CHAT_BODY).status == 403
    assert attacked.ask("/docs", headers=headers).status == 200  # following a link


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost", "http://localhost"),
        ("localhost:8000", "http://localhost:8000"),
        ("localhost:443", "https://localhost"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_servers_own_page_may_ask(attacked: AttackedServer, host: str, origin: str) -> None:
    headers = f"Host: {host}\r\nOrigin: {origin}\r\nSec-Fetch-Site: same-origin"
    reply = attacked.ask(CHAT, method="POST", headers=headers, body=CHAT_BODY)
    assert reply.status == 200
    assert "access-control-allow-origin" not in reply.headers


def test_an_error_about_a_host_says_the_way_out(attacked: AttackedServer) -> None:
    message = attacked.ask(headers="Host: evil.example").json["error"]["message"]
    assert "'evil.example'" in message
    assert "--allowed-hosts" in message
