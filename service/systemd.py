"""Hearth as a systemd service, of a user or of the system, on Linux.

Thread: both (a process of its own).
"""

import os
import pwd
from pathlib import Path

from network.programs import AskProgram, ask_program
from service.service import Plan, ServiceError, State

UNIT = "hearth.service"
EXIT_WRONG_USAGE = 2
SYSTEM_UNITS = Path("/etc/systemd/system")
USER_UNITS = Path(".config/systemd/user")

HARDENED = (
    *("NoNewPrivileges=yes", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK"),
    *("RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes"),
    *("SystemCallArchitectures=native", "UMask=0077"),
)
"""What any user may ask for. AF_NETLINK is how the addresses of the machine are read."""

ISOLATED = (
    *("ProtectSystem=strict", "ProtectHome=read-only", "PrivateTmp=yes"),
    *("ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes"),
    *("ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes"),
    *("RestrictNamespaces=yes", "CapabilityBoundingSet=", "RemoveIPC=yes"),
    *("ProtectProc=invisible", "MemoryDenyWriteExecute=yes"),
)
"""What needs namespaces or capabilities, which some distributions keep from users' services:
such a service would not start at all."""


def unit_of(plan: Plan, *, user: str | None) -> str:
    """The unit file; for the system if a user is named, as whom it then runs."""
    return "\n".join(
        [
            "# Made by ./run.sh service install.",
            "[Unit]",
            "Description=Hearth, a local LLM server",
            # A network or a disk may come late; it is tried until it works.
            "StartLimitIntervalSec=0",
            *(("Wants=network-online.target", "After=network-online.target") if user else ()),
            "",
            "[Service]",
            "Type=exec",
            f"ExecStart={' '.join(_quoted(word).replace('$', '$$') for word in plan.command)}",
            "ExecReload=/bin/kill -HUP $MAINPID",
            f"WorkingDirectory={_escaped(str(plan.root))}",
            *(f"Environment={_quoted(f'{k}={v}')}" for k, v in plan.environment.items()),
            "Restart=on-failure",
            "RestartSec=10",
            f"RestartPreventExitStatus={EXIT_WRONG_USAGE}",
            f"TimeoutStopSec={plan.stop_seconds}",
            "LimitNOFILE=65536",
            *HARDENED,
            *(_isolation(plan, user) if user else ()),
            "",
            "[Install]",
            f"WantedBy={'multi-user.target' if user else 'default.target'}",
            "",
        ]
    )


def make_folders(plan: Plan) -> None:
    """What a unit may write to: it cannot make these itself."""
    for folder in (plan.data_dir, plan.models):
        folder.mkdir(parents=True, exist_ok=True)


def _isolation(plan: Plan, user: str) -> tuple[str, ...]:
    # "-": what is not there yet is no reason to refuse the start.
    folders = (plan.data_dir, plan.models)
    writable = " ".join(_quoted(f"-{folder}") for folder in folders)
    return (f"User={user}", *ISOLATED, f"ReadWritePaths={writable}")


def _escaped(text: str) -> str:
    """`%` begins a specifier in a unit file."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """One word of a unit file, whatever is in it."""
    inner = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


class Systemd:
    """The unit of this user; with `of_system` that of the machine, which is only looked at."""

    def __init__(
        self,
        *,
        of_system: bool = False,
        folder: Path | None = None,
        ask: AskProgram = ask_program,
    ) -> None:
        self._of_system = of_system
        self.file = (folder or (SYSTEM_UNITS if of_system else Path.home() / USER_UNITS)) / UNIT
        self._ask = ask

    def install(self, plan: Plan) -> str:
        """Write the unit of this user, enable and start it; one that runs is replaced."""
        try:
            make_folders(plan)
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(unit_of(plan, user=None), encoding="utf-8")
        except OSError as error:
            raise ServiceError(f"cannot write {error.filename}: {error.strerror}") from None
        self._systemctl("daemon-reload")
        self._systemctl("enable", UNIT)
        self._systemctl("restart", "--no-block", UNIT)
        return f"installed as {self.file}. {self._when()}. Its log: {self.log_command}"

    def uninstall(self) -> str:
        """Stop it and remove the unit."""
        if not self.file.exists():
            return "it was not installed"
        self._systemctl("disable", "--now", "--no-block", UNIT)
        self.file.unlink()
        self._systemctl("daemon-reload")
        return f"stopping, and {self.file} removed"

    def state(self) -> State:
        """What systemctl says."""
        if not self.file.exists():
            return State("not installed")
        properties = "ActiveState,SubState,MainPID,ExecMainStatus,NRestarts"
        text = self._systemctl("show", "--property", properties, UNIT)
        facts = dict(line.partition("=")[::2] for line in text.splitlines())
        is_running = facts.get("ActiveState") in ("active", "reloading", "activating")
        detail = ", ".join(f"{name} {value}" for name, value in facts.items())
        return State("running" if is_running else "stopped", detail)

    @property
    def log_command(self) -> str:
        scope = "" if self._of_system else " --user"
        return f"journalctl{scope} -u {UNIT.removesuffix('.service')}"

    def _when(self) -> str:
        name = pwd.getpwuid(os.getuid()).pw_name
        linger = self._ask("loginctl", "show-user", name, "--property=Linger")
        if linger and "Linger=yes" in linger.text:
            return "It starts with the machine"
        return (
            f"It starts when you log in; to start with the machine: loginctl enable-linger {name}"
        )

    def _systemctl(self, *arguments: str) -> str:
        scope = () if self._of_system else ("--user",)
        answer = self._ask("systemctl", *scope, *arguments)
        if answer is None or answer.code:
            reason = answer.text.strip() if answer else "it does not answer"
            raise ServiceError(f"systemctl {arguments[0]} failed: {reason}")
        return answer.text
