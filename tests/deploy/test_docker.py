"""The image has what the server needs and nothing else; the compose files fit together."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from settings import ROOT, Settings
from tests.test_architecture import ENTRY_POINTS, PACKAGES
from tests.test_locks import RUNTIME_LOCKS
from tests.tls.conftest import write_pair

FOLDER = ROOT / "deploy" / "docker"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
ALONE = ("compose.yaml",)
SETS = [
    ALONE,
    (*ALONE, "compose.cuda.yaml"),
    (*ALONE, "compose.monitoring.yaml"),
    ("compose.nginx.yaml",),
]
COMPOSE_FILES = sorted(FOLDER.glob("*.yaml"))
CLOSING_SECONDS = 5
NOT_IN_THE_IMAGE = {"benchmarks"}


def image_paths() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines, "what is not named must not get in"
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


def services(file: Path) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content["services"]


def test_every_package_of_the_product_is_in_the_image() -> None:
    assert {*PACKAGES} - {*image_paths()} == NOT_IN_THE_IMAGE
    assert "*.py" in image_paths()
    assert all((ROOT / f"{name}.py").exists() for name in ENTRY_POINTS)


@pytest.mark.parametrize("path", image_paths())
def test_what_is_named_for_the_image_exists(path: str) -> None:
    assert list(ROOT.glob(path))


def test_the_dockerfile_copies_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    assert copied == ["locks/${BACKEND}.txt", "."]
    assert all((ROOT / f"locks/{backend}.txt").exists() for backend in ("cpu", "cuda"))
    assert {"cpu", "cuda"} < {*RUNTIME_LOCKS}


def test_the_dockerfile_sets_only_settings_that_exist() -> None:
    names = re.findall(r"HEARTH_(\w+)", DOCKERFILE)
    assert {"HOST", "DATA_DIR", "PORT", "TLS", "TLS_CERT"} <= {*names}
    assert [name for name in names if name.lower() not in Settings.model_fields] == []


def test_the_dockerfile_serves_as_somebody_without_rights() -> None:
    [user] = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    assert f"--uid {user} " in DOCKERFILE


class Health(BaseHTTPRequestHandler):
    """Well at /health, and nowhere else."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The terminal is for the tests."""


class Unwell(Health):
    status = 503


@contextmanager
def answering(answer: type[Health], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on loopback; its port."""
    with HTTPServer(("127.0.0.1", 0), answer) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def health_check(**environment: object) -> int:
    """What Docker does with the image's health check: the exit code."""
    whole_lines = DOCKERFILE.replace("\\\n", "")
    [text] = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", whole_lines, re.MULTILINE)
    program, *arguments = json.loads(text)
    assert program == "python"
    env = {"PATH": os.environ["PATH"], **{name: str(each) for name, each in environment.items()}}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=env, stderr=subprocess.DEVNULL, check=False).returncode


def test_the_health_check_asks_on_the_port_of_the_environment() -> None:
    with answering(Health) as port:
        assert health_check(HEARTH_PORT=port, HTTP_PROXY="http://127.0.0.1:9") == 0
        assert health_check(HEARTH_PORT=port, HEARTH_TLS="off", HEARTH_TLS_CERT="") == 0
    assert health_check(HEARTH_PORT=port) == 1, "nobody listens any more"
    assert f"get('HEARTH_PORT') or {Settings.model_fields['port'].default})" in DOCKERFILE


def test_the_health_check_asks_by_https_where_the_environment_says_so(tmp_path: Path) -> None:
    pair = write_pair(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair.certificate, pair.key)
    with answering(Health, tls) as port:
        assert health_check(HEARTH_PORT=port, HEARTH_TLS="auto") == 0
        assert health_check(HEARTH_PORT=port, HEARTH_TLS_CERT="/data/cert.pem") == 0


def test_the_health_check_fails_where_health_is_not_well() -> None:
    with answering(Unwell) as port:
        assert health_check(HEARTH_PORT=port) == 1


@pytest.mark.parametrize("file", COMPOSE_FILES, ids=lambda file: file.name)
def test_files_that_are_mounted_exist(file: Path) -> None:
    for service in services(file).values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            # Prometheus' and Grafana's files have a test of their own.
            if source.startswith(".") and "compose.monitoring" not in file.name:
                assert (FOLDER / source).exists(), volume


def test_docker_waits_for_longer_than_a_server_that_drains() -> None:
    seconds = int(services(FOLDER / "service.yaml")["hearth"]["stop_grace_period"].rstrip("s"))
    assert seconds > Settings.model_fields["shutdown_grace_seconds"].default + CLOSING_SECONDS


def test_only_nginx_is_reached_from_outside() -> None:
    for file in COMPOSE_FILES:
        for name, service in services(file).items():
            for port in service.get("ports", []):
                assert name == "nginx" or port.startswith("127.0.0.1:"), f"{file.name}: {port}"


@pytest.mark.tier_all
@pytest.mark.parametrize("files", SETS, ids="+".join)
def test_compose_accepts_each_set_of_files(
    tmp_path: Path, need_tool: Callable[[str], str], files: tuple[str, ...]
) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    folder = tmp_path / "deploy" / "docker"
    command = compose_command(need_tool, folder)
    for file in files:
        command += ["-f", str(folder / file)]
    env = {**os.environ, "TLS_FOLDER": str(tmp_path)}
    result = subprocess.run(
        [*command, "config", "-q"], capture_output=True, text=True, env=env, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def compose_command(need_tool: Callable[[str], str], folder: Path) -> list[str]:
    """Docker's plugin, or else the older program, which does not know a project's name."""
    with suppress(OSError, subprocess.CalledProcessError):
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=True)
        return ["docker", "compose"]
    for file in folder.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"^name: .*\n", "", text, flags=re.MULTILINE))
    return [need_tool("docker-compose")]


@pytest.mark.tier_all
def test_hadolint_has_nothing_to_say(need_tool: Callable[[str], str]) -> None:
    command = [need_tool("hadolint"), str(FOLDER / "Dockerfile")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout + result.stderr == ""
