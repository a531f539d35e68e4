"""What a service manager is asked to start, and what it says of it.

Thread: both (a process of its own).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from settings import ENV_PREFIX, LAUNCHER_VARIABLES, ROOT, Settings

SYSTEM_PATH = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
"""A service manager gives less; run.sh looks for Python and for tools of the system."""

MODEL_FOLDERS = ("HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE")
STOP_SECONDS = 60.0
"""Beside the grace of running requests: for the step that runs, and for closing connections."""


class ServiceError(Exception):
    """It cannot be done; the message is one line with the way out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is started, from where, and how long it may take to stop.

    Flags are left out on purpose: a service has the settings of `.env`, which can be changed
    without installing it again. No secret is in it: `.env` stays the only place of those.
    """

    root: Path
    data_dir: Path
    stop_seconds: int
    environment: Mapping[str, str]

    @property
    def command(self) -> tuple[str, ...]:
        return ("/bin/bash", str(self.root / "run.sh"), "serve")

    @property
    def log(self) -> Path:
        """What comes before Hearth's own log begins, such as a setting that is wrong."""
        return self.data_dir / "logs" / "service.log"

    @property
    def models(self) -> Path:
        """Where downloaded models are kept."""
        home = self.environment.get("HF_HOME")
        return Path(home) if home else Path.home() / ".cache" / "huggingface"


@dataclass(frozen=True, slots=True)
class State:
    """`detail` is in the manager's own words."""

    name: Literal["running", "stopped", "not installed"]
    detail: str = ""


def make_plan(settings: Settings, environ: Mapping[str, str], *, root: Path = ROOT) -> Plan:
    """What is to run in the background, from the settings that it will have."""
    kept = {name: environ[name] for name in MODEL_FOLDERS if environ.get(name)}
    return Plan(
        root=root,
        data_dir=settings.data_dir,
        stop_seconds=int(settings.shutdown_grace_seconds + STOP_SECONDS),
        environment={"PATH": SYSTEM_PATH, **kept},
    )


def variables_not_kept(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Settings of this shell that the service will not have."""
    return tuple(
        sorted(
            name
            for name in environ
            if name.startswith(ENV_PREFIX) and name not in LAUNCHER_VARIABLES
        )
    )
