"""`./run.sh service`: let Hearth start by itself, or no longer, or say whether it runs.

Thread: both (a process of its own).
"""

import argparse
import os
import platform
import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

from access.addresses import is_loopback_host
from network.addresses import in_url
from service.launchd import Launchd, plist_of
from service.service import Plan, ServiceError, make_plan, variables_not_kept
from service.systemd import SYSTEM_UNITS, UNIT, Systemd, make_folders, unit_of
from settings import Settings, SettingsProblem, load_settings

EXIT_FAILED = 1
EXIT_WRONG_USAGE = 2
EXIT_NOT_RUNNING = 3
"""As systemctl and others say it."""

SYSTEMD_RUNS = Path("/run/systemd/system")

HOW_TO_INSTALL = f"""\
hearth: to install it: ./run.sh service install --system | sudo tee {SYSTEM_UNITS / UNIT}
hearth: and then: sudo systemctl daemon-reload && sudo systemctl enable --now {UNIT}"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The subcommand and its flags."""
    parser = argparse.ArgumentParser(
        prog="run.sh service",
        description="Hearth as a launchd agent (macOS) or a systemd service (Linux). "
        "It has the settings of .env.",
    )
    parser.add_argument("action", choices=("install", "uninstall", "status"))
    parser.add_argument(
        "--system",
        action="store_true",
        help="Linux: a service of the machine; install prints it and says what to do with sudo",
    )
    parser.add_argument(
        "--print", action="store_true", help="only print the file that install would write"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str], *, system: str | None = None) -> int:
    """Do what was asked; 0 is good, for status 3 is not running."""
    asked = parse(arguments)
    system = system or platform.system()
    try:
        settings = settings_of_service()
        plan, served = make_plan(settings, os.environ), what_it_serves(settings)
        if asked.system and system == "Darwin":
            raise ServiceError("--system is for Linux; on a Mac the service is an agent of yours")
        if asked.print or (asked.system and asked.action != "status"):
            return show(asked, plan, served, system)
        return act(asked.action, find_manager(system, of_system=asked.system), plan, served)
    except SettingsProblem as wrong:
        print(f"hearth: {wrong}", file=sys.stderr)
        return EXIT_WRONG_USAGE
    except (ServiceError, OSError) as error:
        print(f"hearth: {error}", file=sys.stderr)
        return EXIT_FAILED


def settings_of_service() -> Settings:
    """As .env alone has them: what this shell adds does not reach a service.

    Raises:
        SettingsProblem: a name or a value in .env is wrong.
    """
    of_this_shell = {name: os.environ.pop(name) for name in variables_not_kept()}
    try:
        return load_settings([])
    finally:
        os.environ.update(of_this_shell)


def what_it_serves(settings: Settings) -> str:
    """One line, for whoever expects the flags of an earlier start to be remembered."""
    scheme = "https" if settings.tls == "auto" or settings.tls_cert else "http"
    url = f"{scheme}://{in_url(settings.host)}:{settings.port}"
    whom = "only this machine" if is_loopback_host(settings.host) else "other machines too"
    return (
        f"It will serve {settings.model} on {url}, to {whom}, as .env says; flags of an earlier "
        "start do not count: docs/service.md"
    )


def show(asked: argparse.Namespace, plan: Plan, served: str, system: str) -> int:
    """Print the file; for the machine's service, what the administrator does with it.

    Nothing of ours runs as the administrator.
    """
    if asked.action == "uninstall":
        print(f"sudo systemctl disable --now {UNIT} && sudo rm {SYSTEM_UNITS / UNIT}")
        return 0
    if system == "Darwin":
        print(plist_of(plan).decode())
        return 0
    print(unit_of(plan, user=own_name() if asked.system else None))
    if asked.system:
        make_folders(plan)
        print(f"hearth: {served}\n{HOW_TO_INSTALL}", file=sys.stderr)
    return 0


def act(action: str, manager: Launchd | Systemd, plan: Plan, served: str) -> int:
    """Install, uninstall or say how it is."""
    if action == "install":
        for name in variables_not_kept():
            print(f"hearth: {name} of this shell is not kept; write it into .env", file=sys.stderr)
        print(manager.install(plan))
        print(served)
        return 0
    if action == "uninstall":
        print(manager.uninstall())
        return 0
    state = manager.state()
    log = manager.log_command if isinstance(manager, Systemd) else plan.log
    print(f"{state.name}{f' ({state.detail})' if state.detail else ''}")
    print(f"logs: {plan.data_dir / 'logs' / 'hearth.log'}; before it begins: {log}")
    return 0 if state.name == "running" else EXIT_NOT_RUNNING


def find_manager(
    system: str, *, of_system: bool = False, runs: Path = SYSTEMD_RUNS
) -> Launchd | Systemd:
    """This machine's service manager.

    Raises:
        ServiceError: it has none that is known here.
    """
    if system == "Darwin":
        return Launchd()
    if runs.is_dir():
        return Systemd(of_system=of_system)
    raise ServiceError(
        "neither launchd nor a running systemd is here (a container?); let what starts this "
        "machine's programs run ./run.sh serve, and see docs/service.md"
    )


def own_name() -> str:
    """As whom the machine's service runs.

    Raises:
        ServiceError: as the administrator, of whom it needs nothing.
    """
    if os.getuid() == 0:
        raise ServiceError("the service must not run as root; call this as the user it is for")
    return pwd.getpwuid(os.getuid()).pw_name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
