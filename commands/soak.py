"""`./run.sh soak`: many random requests, many restarts, on the bundled model.

Thread: both (the driving process).
"""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.interrupts import EXIT_INTERRUPTED, end_in_order
from benchmarks.machine import Machine
from benchmarks.progress import Progress
from benchmarks.results_folder import make_results_folder
from benchmarks.soak.report import MARKDOWN_FILE, SoakReport, as_markdown, write_soak_report
from benchmarks.soak.restarts import restart_again_and_again
from benchmarks.soak.wear import Wear, WearTest
from settings import TINY_MODEL_PATH

EXIT_FAILED = 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(
        prog="run.sh soak",
        description="Send many random requests to the bundled model, and stop it many times.",
    )
    parser.add_argument("--requests", type=int, default=10_000, help="how many to send")
    parser.add_argument("--restarts", type=int, default=200, help="how often to start and stop")
    parser.add_argument("--seed", type=int, help="of a run that is to be repeated")
    parser.add_argument(
        "--output", type=Path, help="folder for the results; default: in the data directory"
    )
    parsed = parser.parse_args(arguments)
    if parsed.requests < 0 or parsed.restarts < 0 or parsed.requests + parsed.restarts == 0:
        parser.error("--requests and --restarts must not be negative, and not both 0")
    return parsed


def main(arguments: Sequence[str]) -> int:
    """Test, write the results, print them; the exit code is 0 if all is good."""
    asked = parse(arguments)
    started = time.localtime()
    begun = time.monotonic()
    folder = make_results_folder(asked.output, started)
    seed = int(time.time()) if asked.seed is None else asked.seed
    progress = Progress()
    machine = Machine.here()
    wear: Wear | None = None
    exit_codes: dict[int, int] | None = None
    if asked.requests:
        progress.say(f"{asked.requests:,} requests, --seed {seed}")
        test = WearTest(TINY_MODEL_PATH, num_requests=asked.requests, seed=seed, say=progress.say)
        wear = test.run(folder)
    if asked.restarts:
        progress.say(f"{asked.restarts:,} restarts, --seed {seed}")
        exit_codes = restart_again_and_again(
            TINY_MODEL_PATH, asked.restarts, folder=folder, seed=seed, say=progress.say
        )
    report = SoakReport(
        command=shlex.join(["./run.sh", "soak", *arguments]),
        started_at=time.strftime("%Y-%m-%d %H:%M %z", started),
        machine=machine,
        seconds=time.monotonic() - begun,
        wear=wear,
        exit_codes=exit_codes,
    )
    write_soak_report(report, folder)
    print(as_markdown(report))
    print(f"written: {folder / MARKDOWN_FILE}")
    return 0 if report.is_good else EXIT_FAILED


if __name__ == "__main__":
    end_in_order()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
