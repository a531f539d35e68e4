"""Where results are written.

Thread: both.
"""

import time
from pathlib import Path

from settings import SettingsProblem, exit_with_problem, load_settings

EXIT_WRONG_USAGE = 2


def make_results_folder(asked: Path | None, started: time.struct_time) -> Path:
    """The folder that was asked for, or one in the data directory, named after the time.

    Raises:
        SystemExit: it cannot be made, or the settings that name the data directory are wrong.
    """
    try:
        folder = asked or _default_folder(started)
        folder.mkdir(parents=True, exist_ok=True)
    except SettingsProblem as problem:
        exit_with_problem(problem, code=EXIT_WRONG_USAGE)
    except OSError as error:
        reason = SettingsProblem(f"cannot write {folder}: {error.strerror}; try another --output")
        exit_with_problem(reason, code=EXIT_WRONG_USAGE)
    return folder


def _default_folder(started: time.struct_time) -> Path:
    name = time.strftime("%Y-%m-%d-%H%M%S", started)
    return load_settings([]).data_dir / "benchmarks" / name
