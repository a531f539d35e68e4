"""Checks of the bound address and of the port, which Hearth itself may hold.

Thread: both (a process of its own).
"""

import errno
import http.client
import json
import socket
import ssl
from dataclasses import dataclass

from doctor.finding import Finding, ok, problem
from network.addresses import is_for_the_lan

ANSWER_SECONDS = 3.0
MAX_HEALTH_BYTES = 10_000
STATES = ("loading", "serving", "draining", "stopped", "failed")
"""What GET /health of Hearth says."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Whether the server could listen now. `ip` is what `--host` stands for, None for nothing.

    `hearth_state` is set where a Hearth holds the port.
    """

    host: str
    port: int
    ip: str | None = None
    error: OSError | None = None
    hearth_state: str | None = None

    @property
    def is_on_the_lan(self) -> bool:
        return self.ip is not None and is_for_the_lan(self.ip)


def try_to_listen(host: str, port: int) -> Listening:
    """Open the port for a moment; where that fails, ask who holds it."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        return Listening(host, port, error=error)
    ip = str(address[0])
    try:
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        state = ask_health(ip, port) if is_taken else None
        return Listening(host, port, ip, error, state)
    return Listening(host, port, ip)


def check_address(listening: Listening) -> Finding:
    """Whether the address is this machine's, and who can reach it."""
    name, host = "address", listening.host
    mend = "mend --host (HEARTH_HOST): 127.0.0.1 is this machine, 0.0.0.0 is all its addresses"
    if listening.ip is None:
        return problem(name, f"{host} stands for no address", mend)
    if listening.error is not None and listening.error.errno == errno.EADDRNOTAVAIL:
        return problem(name, f"{host} is no address of this machine", mend)
    if listening.is_on_the_lan:
        return ok(name, f"{host}: other machines may connect")
    return ok(name, f"{host}: only this machine can connect, so the LAN is not checked")


def check_port(listening: Listening) -> Finding:
    """Whether the port is free, or held by Hearth itself."""
    name, port, error = "port", listening.port, listening.error
    if listening.hearth_state in ("stopped", "failed"):
        found = f"the Hearth on {port} says that it has {listening.hearth_state}"
        return problem(name, found, "restart it; the log says why")
    if listening.hearth_state:
        return ok(name, f"{port} is Hearth's own, which is {listening.hearth_state}")
    if error is None:
        return ok(name, "any that is free" if port == 0 else f"{port} is free")
    if error.errno == errno.EADDRINUSE:
        found = f"{port} is taken by another program"
        return problem(name, found, f"end it (lsof -i :{port} names it), or choose another --port")
    if error.errno == errno.EACCES:
        return problem(name, f"{port} is only for the administrator", "choose --port 8000")
    return ok(name, f"{port} was not tried: the address comes first")


def ask_health(ip: str, port: int) -> str | None:
    """What the Hearth on this port says of itself, None if there is none."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(ip, ip)
    return _ask(http.client.HTTPConnection(target, port, timeout=ANSWER_SECONDS)) or _ask(
        # Who it is, is not the question here; the check of the certificate asks that.
        http.client.HTTPSConnection(
            target, port, timeout=ANSWER_SECONDS, context=ssl._create_unverified_context()
        )
    )


def _ask(connection: http.client.HTTPConnection) -> str | None:
    try:
        connection.request("GET", "/health")
        health = json.loads(connection.getresponse().read(MAX_HEALTH_BYTES))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    state = health.get("status") if isinstance(health, dict) else None
    return state if state in STATES else None
