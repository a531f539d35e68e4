"""The bare loop, seen from the benchmark: a process that is asked how long a step takes.

Thread: both (the driving process; mlx is in the other one).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.worker_process import WorkerProcess

Kind = Literal["bare", "batch_generator"]


@dataclass(frozen=True, slots=True)
class Decode:
    """What to measure: so many steps of so many rows, prefill excluded."""

    kind: Kind
    num_rows: int
    num_prompt_tokens: int
    num_steps: int


class BareLoop:
    """The process that runs `benchmarks.bare_loop` on one model."""

    def __init__(self, model: Path) -> None:
        self._worker = WorkerProcess("benchmarks.bare_loop", str(model))

    def step_seconds(self, decode: Decode) -> float:
        """Mean time of a decode step.

        Raises:
            WorkerDied: the model cannot be loaded or run.
        """
        return float(self._worker.ask(decode)["step_seconds"])

    def close(self) -> None:
        self._worker.close()
