"""`./run.sh loadtest`: users of several kinds on one server, and a report with plots.

Thread: both (the driving process).
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.interrupts import EXIT_INTERRUPTED, end_in_order
from benchmarks.results_folder import make_results_folder
from benchmarks.servers import start_hearth
from benchmarks.worker_process import environment
from settings import ROOT, TINY_MODEL_NAME

LOCUST_FOLDER = Path(sys.prefix) / "locust"
"""Where run.sh installs it: it brings a web framework, which is not for the server."""

LOCUST_FILE = ROOT / "benchmarks" / "locustfile.py"
REPORT = "load.html"

SERVER_FLAGS = (
    *("--max-waiting-requests", "64"),
    *("--answer-cache-mb", "0", "--share-answers", "false"),
)
"""Of our own server. Answers that are there already would be answered without the model."""

STOP_SECONDS = 30
"""What answers that are under way at the end may still take."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(
        prog="run.sh loadtest",
        description="Load a server with users who chat, one NAS and one who submits batches.",
    )
    parser.add_argument("--users", type=int, default=20, help="how many in all")
    parser.add_argument("--seconds", type=int, default=60, help="how long")
    parser.add_argument(
        "--url", help="a server that is running already; default: one of our own, on 127.0.0.1"
    )
    parser.add_argument(
        "--model", default=TINY_MODEL_NAME, help="what our own server serves; default: the bundled"
    )
    parser.add_argument(
        "--output", type=Path, help="folder for the report; default: in the data directory"
    )
    parsed = parser.parse_args(arguments)
    if parsed.users < 1 or parsed.seconds < 1:
        parser.error(f"--users {parsed.users} and --seconds {parsed.seconds} must be at least 1")
    if parsed.url and not (urlsplit(parsed.url).scheme and urlsplit(parsed.url).hostname):
        parser.error(f"--url {parsed.url} is no URL; an example is http://127.0.0.1:8000")
    return parsed


def locust_command(asked: argparse.Namespace, url: str, report: Path) -> list[str]:
    """All users are there after a tenth of the time."""
    rate = max(1.0, asked.users * 10 / asked.seconds)
    command = [sys.executable, "-P", "-m", "locust", "--locustfile", str(LOCUST_FILE), "--headless"]
    command += ["--host", url, "--users", str(asked.users), "--spawn-rate", f"{rate:g}"]
    command += ["--run-time", f"{asked.seconds}s", "--stop-timeout", str(STOP_SECONDS)]
    return [*command, "--only-summary", "--html", str(report)]


def locust_environment() -> dict[str, str]:
    """Its folder comes before .venv's packages."""
    return environment() | {"PYTHONPATH": os.fspath(LOCUST_FOLDER)}


def main(arguments: Sequence[str]) -> int:
    """Load, print the figures, say where the report is; Locust's exit code: 1 if any failed."""
    asked = parse(arguments)
    folder = make_results_folder(asked.output, time.localtime())
    report = folder / REPORT
    with ExitStack() as stack:
        url = asked.url
        if url is None:
            server = stack.enter_context(start_hearth(asked.model, *SERVER_FLAGS, folder=folder))
            url = f"http://{server.target.host}:{server.target.port}"
        command = locust_command(asked, url.rstrip("/").removesuffix("/v1"), report)
        code = subprocess.run(command, env=locust_environment(), check=False).returncode
    if report.exists():
        print(f"The report with its plots: {report}")
    return code


if __name__ == "__main__":
    end_in_order()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
