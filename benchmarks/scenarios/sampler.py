"""Hearth's sampler against mlx-lm's, which goes row by row: one step of 16 rows.

Thread: both.
"""

import importlib.util

from benchmarks.figures import NotMeasured, Row, Series, at_most, ratio
from benchmarks.sampling_process import MODULE
from benchmarks.session import Session
from benchmarks.worker_process import WorkerProcess

SETS = {
    "mixed": ("mixed settings", 1 / 2),
    "fitting": ("every nucleus fits the window", 1 / 4),
    "greedy": ("all greedy", 1 / 10),
}
"""By the names of its results: what a set of settings is, and the ratio that it must reach."""


def measure_sampler(session: Session) -> list[Row]:
    """The three sets of settings, on the vocabulary of 151,936."""
    vocab_size = session.large_vocabulary.vocab_size
    whats = {
        name: f"sampling step, 16 rows, vocabulary {vocab_size:,}, {what} / mlx-lm row by row"
        for name, (what, _) in SETS.items()
    }
    if importlib.util.find_spec(MODULE) is None:
        reason = "this Hearth has no vectorised sampler"
        return [NotMeasured(whats[name], reason, at_most(SETS[name][1])) for name in SETS]
    session.stop_servers()
    question = {"num_steps": session.size(15, quick=3), "vocab_size": vocab_size}
    with WorkerProcess("benchmarks.sampling_process") as worker:
        answers = [worker.ask(question) for _ in range(session.options.repetitions)]

    def series(side: str, of: str) -> Series:
        values = tuple(1000 * answer[of][f"{side}_seconds"] for answer in answers)
        return Series({"hearth": "Hearth", "mlx_lm": "mlx-lm"}[side], "ms", values)

    return [
        ratio(whats[name], series("hearth", name), series("mlx_lm", name), must=at_most(bound))
        for name, (_, bound) in SETS.items()
    ]
