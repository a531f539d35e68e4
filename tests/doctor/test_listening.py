"""The address is this machine's and the port is free, or is Hearth's own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from doctor.listening import Listening, check_address, check_port, try_to_listen


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """A server that says this to everything; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_free_port_on_loopback_is_good() -> None:
    listening = try_to_listen("127.0.0.1", free_port())
    assert check_port(listening).status == "ok"
    assert check_address(listening).status == "ok"
    assert "only this machine" in check_address(listening).finding


def test_all_addresses_are_for_the_lan() -> None:
    listening = try_to_listen("0.0.0.0", 0)
    assert listening.is_on_the_lan
    assert "other machines may connect" in check_address(listening).finding
    assert "any that is free" in check_port(listening).finding


@pytest.mark.parametrize("body", [b"hello", b"[]", b'{"status": "fine"}'])
def test_a_port_of_another_program_is_a_problem(body: bytes) -> None:
    with answering(body) as port:
        found = check_port(try_to_listen("127.0.0.1", port))
    assert found.status == "problem"
    assert f"{port} is taken by another program" in found.finding
    assert f"lsof -i :{port}" in (found.mend or "")


def test_a_port_that_is_held_in_silence_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.listening.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = check_port(try_to_listen("127.0.0.1", silent.getsockname()[1]))
    assert found.status == "problem"


def test_a_port_of_hearth_itself_is_good() -> None:
    with answering(b'{"status": "serving"}') as port:
        listening = try_to_listen("127.0.0.1", port)
    assert listening.hearth_state == "serving"
    assert check_port(listening).status == "ok"
    assert check_address(listening).status == "ok"


def test_a_hearth_that_has_failed_is_a_problem() -> None:
    with answering(b'{"status": "failed"}') as port:
        found = check_port(try_to_listen("127.0.0.1", port))
    assert found.status == "problem"
    assert "failed" in found.finding


@pytest.mark.parametrize("host", ["203.0.113.99", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machine_is_a_problem(host: str) -> None:
    listening = try_to_listen(host, 8000)
    found = check_address(listening)
    assert found.status == "problem"
    assert host in found.finding
    assert "--host" in (found.mend or "")
    assert check_port(listening).status == "ok"


def test_a_port_for_the_administrator_is_a_problem() -> None:
    listening = Listening("127.0.0.1", 80, "127.0.0.1", PermissionError(13, "Permission denied"))
    assert check_port(listening).status == "problem"
