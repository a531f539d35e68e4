"""`./run.sh doctor`: check this machine and the settings, and say how to mend what is wrong.

Thread: both (a process of its own).
"""

import sys
from collections.abc import Sequence

from doctor.checkup import examine
from doctor.report import as_json, as_text, worst
from settings import Settings, SettingsProblem, load_settings, read_version

EXIT_PROBLEMS = 1

HELP = """usage: run.sh doctor [--json] [flags of the server]

Checks Python, backend, model, memory, disk, port, address, LAN, firewall, names, TLS, keys and
clock for the settings that the server would have: flags, environment and .env.
--json prints the findings for programs. The exit code is 1 if there is a problem, else 0."""


def main(arguments: Sequence[str]) -> int:
    """Check, print what was found; the exit code is 0 if there is no problem."""
    if "--help" in arguments or "-h" in arguments:
        print(HELP)
        return 0
    findings = examine(read_settings([each for each in arguments if each != "--json"]))
    print(as_json(findings, read_version()) if "--json" in arguments else as_text(findings))
    return EXIT_PROBLEMS if worst(findings) == "problem" else 0


def read_settings(flags: list[str]) -> Settings | SettingsProblem:
    """The server's settings, or what is wrong with them: that is a finding like others."""
    try:
        return load_settings(flags)
    except SettingsProblem as wrong:
        return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
