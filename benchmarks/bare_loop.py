"""A model's own decode loop, without a server: `python -m benchmarks.bare_loop MODEL`.

Thread: both (the only thread of a process of its own).

`bare` is `model(tokens, cache)` and argmax, one step ahead, on rows of equal length: as fast as
mlx-lm's model can be called. `batch_generator` is mlx-lm's batching of the same rows, greedy.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import mlx.core as mx
from mlx_lm.generate import BatchGenerator
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.utils import load_model

from benchmarks.worker_process import answer_lines
from benchmarks.yardstick import Decode


def measure(model: Any, decode: Decode, *, vocab_size: int) -> float:
    """Mean seconds of a step."""
    # Ids from the upper half: words, in the vocabularies that random models have.
    tokens = range(vocab_size // 2, vocab_size)
    prompts = [random.choices(tokens, k=decode.num_prompt_tokens) for _ in range(decode.num_rows)]
    start = _start_bare if decode.kind == "bare" else _start_batch_generator
    step, finish = start(model, prompts, num_steps=decode.num_steps)
    begun = time.perf_counter()
    for _ in range(decode.num_steps):
        step()
    finish()
    return (time.perf_counter() - begun) / decode.num_steps


Steps = tuple[Callable[[], object], Callable[[], object]]
"""One step, and waiting for the last one."""


def _start_bare(model: Any, prompts: list[list[int]], *, num_steps: int) -> Steps:
    cache = make_prompt_cache(model)
    model(mx.array(prompts)[:, :-1], cache=cache)
    mx.eval([layer.state for layer in cache])
    tokens = mx.argmax(model(mx.array(prompts)[:, -1:], cache=cache)[:, -1], axis=-1)
    mx.eval(tokens)

    def step() -> None:
        nonlocal tokens
        following = mx.argmax(model(tokens[:, None], cache=cache)[:, -1], axis=-1)
        mx.async_eval(following)  # type: ignore[no-untyped-call]
        tokens.tolist()  # as a server reads it, while the next is computed
        tokens = following

    return step, lambda: mx.eval(tokens)


def _start_batch_generator(model: Any, prompts: list[list[int]], *, num_steps: int) -> Steps:
    num_rows = len(prompts)
    generator = BatchGenerator(model, completion_batch_size=num_rows, prefill_batch_size=num_rows)
    generator.insert(prompts, max_tokens=[num_steps + 2] * num_rows)
    step = cast(Callable[[], list[object]], generator.next_generated)
    first = step()
    assert len(first) == num_rows, "the rows were not prefilled together"
    return step, lambda: None


def main(folder: str) -> None:
    model, config = load_model(Path(folder))

    def answer(question: Any) -> dict[str, float]:
        seconds = measure(model, Decode(**question), vocab_size=config["vocab_size"])
        return {"step_seconds": seconds}

    answer_lines(answer)


if __name__ == "__main__":
    main(sys.argv[1])
