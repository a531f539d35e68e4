"""Targets, and servers that do not start."""

import sys
from pathlib import Path

import pytest

from benchmarks.servers import ServerProcess, free_port
from benchmarks.targets import ServerFailed, Target


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1", 8080, "/v1/chat/completions"),
        ("http://nas.local", "nas.local", 80, "/v1/chat/completions"),
        ("http://nas.local:9/v1/", "nas.local", 9, "/v1/chat/completions"),
        ("http://nas.local:9/openai/v1", "nas.local", 9, "/openai/v1/chat/completions"),
    ],
)
def test_a_url_is_taken_with_or_without_its_version(
    url: str, host: str, port: int, path: str
) -> None:
    target = Target.at(url, model_id="m")
    assert (target.host, target.port, target.path) == (host, port, path)
    assert not target.is_exact


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "https://nas.local", "http://", ""])
def test_what_is_no_plain_http_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no URL like"):
        Target.at(url, model_id="m")


def test_a_server_that_ends_at_once_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    target = Target("nobody", "127.0.0.1", free_port(), "m")
    command = [sys.executable, "-c", "print('no such model'); raise SystemExit(3)"]
    with (
        ServerProcess(target, command, log=tmp_path / "log") as server,
        pytest.raises(ServerFailed, match="nobody ended while starting:\nno such model"),
    ):
        server.wait_until_ready("/ready")
    assert server.stop() == 3


def test_where_nobody_listens_there_is_no_status() -> None:
    assert Target("nobody", "127.0.0.1", free_port(), "m").get("/") == (0, None)
