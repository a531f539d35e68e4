"""Times one sampling step of 16 rows: Hearth's sampler beside mlx-lm's, which goes row by row.

Thread: the only one.

    .venv/bin/python -m benchmarks.sampling

Both sides get the same logits in turn, in one process. mlx-lm's side is its own GenerationBatch,
what mlx_lm.server decodes with, on a model that returns prepared logits. Both are timed until the
step's tokens are Python ints and nothing is left to compute; mlx-lm computes all log
probabilities, since its batch offers no way to leave them out.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx_lm.generate import GenerationBatch, StopSequences
from mlx_lm.sample_utils import greedy_sampler, make_sampler

from batching.engine.protocol import EngineSequence
from batching.engine.row import Row
from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams

VOCAB_SIZE = 151_936
NUM_LOGITS = 4
"""Different logits that the steps take turns with."""

Step = Callable[[mx.array], object]
"""One step of one side, on logits of (rows, vocab)."""


def _setting(temperature: float, top_p: float, top_k: int, min_p: float) -> SamplingParams:
    return SamplingParams(temperature=temperature, top_p=top_p, top_k=top_k, min_p=min_p)


MIXED = (
    _setting(0.0, 1.0, 0, 0.0),
    _setting(0.0, 1.0, 0, 0.0),
    _setting(0.3, 0.9, 0, 0.0),
    _setting(0.5, 0.95, 0, 0.0),
    _setting(0.6, 0.95, 20, 0.0),
    _setting(0.7, 0.8, 20, 0.0),
    _setting(0.7, 0.9, 0, 0.0),
    _setting(0.8, 0.95, 40, 0.0),
    _setting(0.8, 1.0, 0, 0.05),
    _setting(0.9, 0.95, 0, 0.0),
    _setting(1.0, 1.0, 0, 0.0),
    _setting(1.0, 0.9, 0, 0.0),
    _setting(1.0, 0.95, 50, 0.0),
    _setting(1.0, 0.95, 0, 0.02),
    _setting(1.1, 0.95, 0, 0.0),
    _setting(1.2, 0.95, 0, 0.0),
)
"""What 16 clients might send: two greedy, one with a temperature only."""

GREEDY = (SamplingParams(temperature=0.0),) * 16


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Medians of one step, in seconds, and what their ratio must not exceed."""

    hearth_seconds: float
    mlx_lm_seconds: float
    max_ratio: float

    @property
    def ratio(self) -> float:
        return self.hearth_seconds / self.mlx_lm_seconds

    def __str__(self) -> str:
        hearth_ms, mlx_lm_ms = self.hearth_seconds * 1e3, self.mlx_lm_seconds * 1e3
        return (
            f"hearth {hearth_ms:7.2f} ms   mlx-lm {mlx_lm_ms:7.2f} ms   "
            f"ratio {self.ratio:.3f} (must be <= {self.max_ratio})"
        )


@dataclass(frozen=True, slots=True)
class SamplingTimes:
    """Logits are normal with a deviation of 4, or of 7 where every nucleus is to fit the window."""

    mixed: StepTimes
    fitting: StepTimes
    greedy: StepTimes


def measure_sampling(num_steps: int = 15, vocab_size: int = VOCAB_SIZE) -> SamplingTimes:
    """Time all three sets; a step takes up to half a second on a slow CPU."""
    return SamplingTimes(
        mixed=compare(MIXED, num_steps, vocab_size, deviation=4.0, max_ratio=1 / 2),
        fitting=compare(MIXED, num_steps, vocab_size, deviation=7.0, max_ratio=1 / 4),
        greedy=compare(GREEDY, num_steps, vocab_size, deviation=4.0, max_ratio=1 / 10),
    )


def compare(
    settings: Sequence[SamplingParams],
    num_steps: int,
    vocab_size: int,
    *,
    deviation: float,
    max_ratio: float,
) -> StepTimes:
    """Time both sides in turn, on the same logits; the first step of each is not counted."""
    shape = (len(settings), vocab_size)
    keys = mx.random.split(mx.random.key(1), NUM_LOGITS)
    logits = [mx.random.normal(shape, scale=deviation, key=key) for key in keys]
    steps = _hearth_step(settings), _mlx_lm_step(settings, logits[0])
    seconds = [
        [_seconds_of(step, logits[number % NUM_LOGITS]) for step in steps]
        for number in range(num_steps + 1)
    ]
    hearth, mlx_lm = (statistics.median(side) for side in zip(*seconds[1:], strict=True))
    return StepTimes(hearth, mlx_lm, max_ratio)


def _hearth_step(settings: Sequence[SamplingParams]) -> Step:
    rows = [Row(EngineSequence(str(i), (1,), 1, each)) for i, each in enumerate(settings)]

    def step(logits: mx.array) -> None:
        draw = sample(logits, rows)
        mx.async_eval(draw.token_ids)  # type: ignore[no-untyped-call]
        for row, token_id in zip(rows, draw.read(), strict=True):
            row.append(token_id)

    return step


class _PreparedModel:
    """Stands for a model: it answers with logits that were computed before."""

    def __init__(self, logits: mx.array) -> None:
        self.logits = logits

    def __call__(self, tokens: mx.array, cache: list[Any]) -> mx.array:
        return self.logits[:, None, :]


def _mlx_lm_step(settings: Sequence[SamplingParams], logits: mx.array) -> Step:
    num_rows = len(settings)
    model = _PreparedModel(logits)
    batch = GenerationBatch(
        model=model,
        uids=list(range(num_rows)),
        inputs=mx.ones(num_rows, dtype=mx.uint32),
        prompt_cache=[],
        tokens=[[] for _ in settings],
        samplers=[
            make_sampler(each.temperature, top_p=each.top_p, top_k=each.top_k, min_p=each.min_p)
            for each in settings
        ],
        fallback_sampler=greedy_sampler,
        logits_processors=[[] for _ in settings],
        stop_sequences=[StopSequences()] * num_rows,
        max_tokens=[10**9] * num_rows,
    )

    def step(logits: mx.array) -> None:
        model.logits = logits
        batch.next()

    return step


def _seconds_of(step: Step, logits: mx.array) -> float:
    # Written just before, as a model's logits are: what was long ago may not be in a CPU's cache.
    fresh = logits + 0
    mx.eval(fresh)
    # mlx-lm computes one step ahead; waiting for that makes each call one whole step.
    mx.synchronize()
    began = time.perf_counter()
    step(fresh)
    mx.synchronize()
    return time.perf_counter() - began


def main() -> None:
    """Print the times."""
    times = measure_sampling()
    for name in ("mixed", "fitting", "greedy"):
        print(f"{name:8s} {getattr(times, name)}")


if __name__ == "__main__":
    main()
