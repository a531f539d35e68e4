"""Hearth as a launchd agent of a user, on a Mac.

Thread: both (a process of its own).
"""

import os
import plistlib
import re
from pathlib import Path

from network.programs import AskProgram, ask_program
from service.service import Plan, ServiceError, State

LABEL = "org.hearth.server"
RETRY_SECONDS = 10
NOT_LOADED_CODES = (3, 113)
"""launchctl: there is no such service (ESRCH on older systems)."""


def plist_of(plan: Plan) -> bytes:
    """The property list. Source: launchd.plist(5)."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(plan.command),
            "WorkingDirectory": str(plan.root),
            "EnvironmentVariables": dict(plan.environment),
            "RunAtLoad": True,
            # After a crash or a stall; not after `launchctl kill SIGTERM`, which ends with 0.
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": RETRY_SECONDS,
            "ExitTimeOut": plan.stop_seconds,
            # Others are slowed down while nobody sits at the Mac.
            "ProcessType": "Interactive",
            "Umask": 0o077,
            "StandardOutPath": str(plan.log),
            "StandardErrorPath": str(plan.log),
        }
    )


class Launchd:
    """The agents of one user. They start when the user logs in."""

    def __init__(
        self, *, home: Path | None = None, uid: int | None = None, ask: AskProgram = ask_program
    ) -> None:
        self.file = (home or Path.home()) / "Library" / "LaunchAgents" / f"{LABEL}.plist"
        self._domain = f"gui/{os.getuid() if uid is None else uid}"
        self._ask = ask

    def install(self, plan: Plan) -> str:
        """Write the agent and start it; one that runs is replaced."""
        plan.log.parent.mkdir(parents=True, exist_ok=True)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._unload()
        self.file.write_bytes(plist_of(plan))
        self._launchctl("bootstrap", self._domain, str(self.file))
        return f"installed as {self.file}; it starts whenever you log in. Its log: {plan.log}"

    def uninstall(self) -> str:
        """Stop it and remove the agent."""
        self._unload()
        if not self.file.exists():
            return "it was not installed"
        self.file.unlink()
        return f"stopped, and {self.file} removed"

    def state(self) -> State:
        """What launchctl says."""
        if not self.file.exists():
            return State("not installed")
        answer = self._ask("launchctl", "print", f"{self._domain}/{LABEL}")
        if answer is None or answer.code:
            return State("stopped", "launchd has not loaded it: install it again")
        facts = re.findall(r"^\t(state|pid|last exit code) = (.+)$", answer.text, re.MULTILINE)
        detail = ", ".join(f"{name} {value}" for name, value in facts)
        return State("running" if ("state", "running") in facts else "stopped", detail)

    def _unload(self) -> None:
        answer = self._ask("launchctl", "bootout", f"{self._domain}/{LABEL}")
        if answer is not None and answer.code not in (0, *NOT_LOADED_CODES):
            raise ServiceError(f"launchctl cannot stop it: {answer.text.strip()}")

    def _launchctl(self, *arguments: str) -> None:
        answer = self._ask("launchctl", *arguments)
        if answer is None:
            raise ServiceError("launchctl does not answer; is this a Mac?")
        if answer.code:
            raise ServiceError(
                f"launchctl {arguments[0]} failed ({answer.text.strip()}); log in at the screen "
                "once, as an agent needs a session"
            )
