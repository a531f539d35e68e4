"""`./run.sh bench`: measure Hearth beside mlx_lm.server and its model's own loop.

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
from benchmarks.report import (
    JSON_FILE,
    MARKDOWN_FILE,
    SVG_FILE,
    Report,
    as_markdown,
    write_report,
)
from benchmarks.results_folder import make_results_folder
from benchmarks.runner import run_scenarios
from benchmarks.scenarios.registry import SCENARIOS
from benchmarks.session import Options, Session, allow_many_connections
from benchmarks.targets import Target

EXIT_FAILED = 1

QUICK_REPETITIONS = 1
QUICK_IDLE_SECONDS = 1.0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(
        prog="run.sh bench",
        description="Measure Hearth beside mlx_lm.server, both on the same random model.",
        epilog="scenarios: " + "; ".join(f"{each.name} ({each.about})" for each in SCENARIOS),
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=[scenario.name for scenario in SCENARIOS],
        metavar="NAME",
        help="a scenario to run, instead of all; may be given several times",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a look at whether everything works, in a minute"
    )
    parser.add_argument(
        "--repetitions", type=int, default=3, help="how often each side is measured"
    )
    parser.add_argument(
        "--idle-seconds", type=float, default=60.0, help="how long the server is left idle"
    )
    parser.add_argument("--url", help="one more OpenAI-compatible server, which is running already")
    parser.add_argument("--url-model", default="default", help="the name of its model")
    parser.add_argument(
        "--output", type=Path, help="folder for the results; default: in the data directory"
    )
    parsed = parser.parse_args(arguments)
    if parsed.repetitions < 1 or parsed.idle_seconds <= 0:
        parser.error("--repetitions and --idle-seconds must be more than 0")
    if parsed.url:
        try:
            Target.at(parsed.url, model_id=parsed.url_model)
        except ValueError as error:
            parser.error(f"--url: {error}")
    return parsed


def as_options(asked: argparse.Namespace, *, seed: int) -> Options:
    """A quick run measures once and hardly rests, whatever else the flags say."""
    return Options(
        repetitions=QUICK_REPETITIONS if asked.quick else asked.repetitions,
        is_quick=asked.quick,
        idle_seconds=QUICK_IDLE_SECONDS if asked.quick else asked.idle_seconds,
        url=asked.url,
        url_model=asked.url_model,
        seed=seed,
    )


def main(arguments: Sequence[str]) -> int:
    """Measure, write the results, print the table; returns the exit code."""
    asked = parse(arguments)
    started = time.localtime()
    folder = make_results_folder(asked.output, started)
    allow_many_connections()
    options = as_options(asked, seed=int(time.time()))
    scenarios = [each for each in SCENARIOS if not asked.only or each.name in asked.only]
    report = Report(
        command=shlex.join(["./run.sh", "bench", *arguments]),
        started_at=time.strftime("%Y-%m-%d %H:%M %z", started),
        machine=Machine.here(),
        options=options,
        results=[],
    )
    with Session(options, folder=folder) as session:
        for result in run_scenarios(session, scenarios):
            report.results.append(result)
            write_report(report, folder)  # a run that is interrupted keeps what it has
    print(as_markdown(report))
    print(f"written: {folder / MARKDOWN_FILE}; {JSON_FILE} and {SVG_FILE} beside it")
    return EXIT_FAILED if report.has_failures else 0


if __name__ == "__main__":
    end_in_order()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
