"""Real nginx with the shipped configuration: only ports, paths and the certificate are a test's."""

import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from settings import ROOT
from tests.acceptance.conftest import free_port, wait_until

FOLDER = ROOT / "deploy" / "nginx"
SHIPPED_PORTS = (8001, 8002)
START_SECONDS = 10.0

# Two workers, which know of each other only what the zone holds.
MAIN = """
{user}
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: where it listens, and what its clients trust."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.folder / "hearth.crt")

    @property
    def access_log(self) -> list[str]:
        return (self.folder / "access.log").read_text(encoding="utf-8").splitlines()


def command(program: str, folder: Path) -> list[str]:
    """To run it in this folder."""
    return [program, "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")]


def configure(folder: Path, *, port: int, hearth_ports: tuple[int, int]) -> None:
    """The shipped files, put where they can run without being root."""
    (folder / "conf.d").mkdir()
    make_certificate(folder)
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen [::]:443 ssl;": "",
        "/etc/nginx/tls": str(folder),
        "/var/log/nginx": str(folder),
    }
    write_changed(folder, FOLDER / "hearth.conf", changes)
    pairs = zip(SHIPPED_PORTS, hearth_ports, strict=True)
    upstreams = {f"127.0.0.1:{old}": f"127.0.0.1:{new}" for old, new in pairs}
    write_changed(folder, FOLDER / "upstreams.conf", upstreams)
    user = "user root;" if os.geteuid() == 0 else ""  # who else may read the test's folder?
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder))


def write_changed(folder: Path, file: Path, changes: dict[str, str]) -> None:
    """A shipped file, put where this nginx looks for it."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{file.name} has no {old!r} any more"
        text = text.replace(old, new)
    (folder / "conf.d" / file.name).write_text(text)


def make_certificate(folder: Path) -> None:
    """For 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hearth")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "hearth.crt").write_bytes(certificate.public_bytes(pem))
    (folder / "hearth.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@contextmanager
def nginx(program: str, folder: Path, hearth_ports: tuple[int, int]) -> Iterator[Nginx]:
    """nginx in front of two ports, whoever listens there."""
    port = free_port()
    configure(folder, port=port, hearth_ports=hearth_ports)
    process = subprocess.Popen(command(program, folder), stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_open(port) or process.poll() is not None, max_seconds=START_SECONDS)
        assert process.poll() is None, (folder / "error.log").read_text()
        yield Nginx(port, folder)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def is_open(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
