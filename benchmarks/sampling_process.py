"""Runs `benchmarks.sampling` in a process of its own: `python -m benchmarks.sampling_process`.

Thread: both (the only thread of its process).
"""

import importlib
from typing import Any

from benchmarks.worker_process import answer_lines

MODULE = "benchmarks.sampling"


def main() -> None:
    # By name: the benchmark also runs on versions of Hearth whose sampler it does not fit.
    sampling = importlib.import_module(MODULE)

    def answer(question: Any) -> object:
        return sampling.measure_sampling(question["num_steps"], question["vocab_size"])

    answer_lines(answer)


if __name__ == "__main__":
    main()
