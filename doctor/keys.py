"""Checks that the LAN needs a key.

Thread: both (a process of its own).
"""

from access.errors import KeysProblem
from access.key_file import KeyFile
from doctor.finding import Finding, ok, problem
from settings import Settings

NAME = "API keys"


def check_keys(settings: Settings, *, is_on_the_lan: bool) -> Finding:
    """A server that the LAN reaches must ask for a key, and somebody must be able to give one."""
    try:
        num_keys = len(KeyFile(settings.data_dir).read())
    except KeysProblem as wrong:
        return problem(NAME, str(wrong), "restore the file, or remove it and make new keys")
    if not settings.requires_key:
        if is_on_the_lan:
            found = "none is required: whoever reaches the port can use the server"
            return problem(NAME, found, "--require-key auto, and ./run.sh keys add for each client")
        return ok(NAME, "none is required, and only this machine can connect")
    if num_keys:
        return ok(NAME, f"{num_keys} known")
    if settings.jwt_key_file:
        return ok(NAME, "clients bring signed tokens")
    return ok(NAME, "none yet: the first start makes one and shows it once")
