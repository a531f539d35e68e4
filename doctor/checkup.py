"""Runs every check, in the order in which a set-up is mended.

Thread: both (a process of its own).
"""

from collections.abc import Callable, Iterator

from doctor.clock import check_clock
from doctor.disk import check_data_dir, check_disk_space
from doctor.finding import Finding, ok, problem
from doctor.firewall import check_firewall
from doctor.keys import check_keys
from doctor.lan import check_lan_addresses, check_names
from doctor.listening import Listening, check_address, check_port, try_to_listen
from doctor.model import check_memory, check_model, find_plan
from doctor.software import check_backend, check_openblas, check_python
from doctor.tls import check_tls
from network.addresses import host_names, reachable_addresses
from network.programs import AskProgram, ask_program
from settings import Settings, SettingsProblem

Check = Callable[[], Finding | None]
"""None: it does not concern this machine."""


def examine(
    settings: Settings | SettingsProblem, *, ask: AskProgram = ask_program
) -> tuple[Finding, ...]:
    """Every finding."""
    return tuple(_findings(settings, ask))


def _findings(settings: Settings | SettingsProblem, ask: AskProgram) -> Iterator[Finding]:
    yield from _run("Python", check_python)
    yield from _run("backend", check_backend)
    yield from _run("OpenBLAS", check_openblas)
    yield from _run("clock", lambda: check_clock(ask=ask))
    if isinstance(settings, SettingsProblem):
        mend = "mend it in .env, in the environment or in the flags, and run doctor again"
        yield problem("settings", f"{settings}; nothing that needs them was checked", mend)
        return
    yield ok("settings", "flags, environment and .env can be read")
    listening = try_to_listen(settings.host, settings.port)
    yield from _machine(settings, is_running=listening.hearth_state is not None)
    yield from _run("address", lambda: check_address(listening))
    yield from _run("port", lambda: check_port(listening))
    if listening.is_on_the_lan:
        yield from _lan(listening, ask)
    on_lan = listening.is_on_the_lan
    if on_lan or settings.tls_cert or settings.tls_key:
        yield from _run("TLS", lambda: check_tls(settings, names=_known_names(listening)))
    yield from _run("API keys", lambda: check_keys(settings, is_on_the_lan=on_lan))


def _machine(settings: Settings, *, is_running: bool) -> Iterator[Finding]:
    """The model, and what holds it and its files."""
    plan = find_plan(settings)
    download_bytes = 0
    if not isinstance(plan, Finding) and plan.facts.path is None:
        download_bytes = plan.facts.weight_bytes
    yield from _run("model", lambda: check_model(plan))
    yield from _run("memory", lambda: check_memory(plan, is_running=is_running))
    yield from _run("data directory", lambda: check_data_dir(settings.data_dir))
    yield from _run("disk space", lambda: check_disk_space(settings, download_bytes=download_bytes))


def _lan(listening: Listening, ask: AskProgram) -> Iterator[Finding]:
    """What matters to other machines."""
    addresses = reachable_addresses(listening.ip or "")
    yield from _run("LAN addresses", lambda: check_lan_addresses(addresses, ask=ask))
    yield from _run("names", lambda: check_names(host_names(), ask=ask))
    yield from _run("firewall", lambda: check_firewall(listening.port, ask=ask))


def _known_names(listening: Listening) -> tuple[str, ...]:
    """By which clients may call the server."""
    if not listening.is_on_the_lan:
        return ("localhost", *host_names())
    addresses = reachable_addresses(listening.ip or "")
    return (*host_names(), *(each.ip for each in addresses if not each.is_virtual))


def _run(name: str, check: Check) -> Iterator[Finding]:
    """A check that fails by itself is a finding too: the others still count."""
    try:
        found = check()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        yield problem(name, f"could not be checked: {reason}", "please report this")
        return
    if found is not None:
        yield found
