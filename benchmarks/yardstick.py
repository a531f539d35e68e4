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


@dataclass(frozen=True, slots=True)
class Articles:
    """What to measure: prompts with one beginning, read and answered in groups of so many rows."""

    num_articles: int
    num_rows: int
    num_shared_tokens: int
    num_own_tokens: int
    num_answer_tokens: int


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

    def articles_seconds(self, articles: Articles) -> float:
        """From the first token of the shared beginning to the last of the last answer.

        Raises:
            WorkerDied: as above.
        """
        return float(self._worker.ask(articles)["seconds"])

    def close(self) -> None:
        self._worker.close()
