"""Checks that the LAN needs a key.

Thread: both (a process of its own).
"""

from doctor.finding import Finding, ok, problem


def check_keys(num_keys: int, *, is_on_the_lan: bool) -> Finding:
    """A server that the LAN reaches must have a key, and somebody must have made one."""
    name = "API keys"
    if num_keys:
        return ok(name, f"{num_keys} in use")
    if is_on_the_lan:
        mend = "./run.sh keys add, and give the key to each client; see docs/network.md"
        return problem(name, "there is none: whoever reaches the port can use the server", mend)
    return ok(name, "none, and only this machine can connect")
