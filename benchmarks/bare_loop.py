"""A model's own decode loop, without a server: `python -m benchmarks.bare_loop MODEL`.

Thread: both (the only thread of a process of its own).

`bare` is `model(tokens, cache)` and argmax, one step ahead, on rows of equal length: as fast as
mlx-lm's model can be called. `batch_generator` is mlx-lm's batching of the same rows, greedy.
Articles with one beginning are a bare loop too: it is read once, then they come in groups of rows.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import mlx.core as mx
from mlx_lm.generate import BatchGenerator
from mlx_lm.models.cache import KVCache, make_prompt_cache
from mlx_lm.utils import load_model

from benchmarks.worker_process import answer_lines
from benchmarks.yardstick import Articles, Decode


def measure(model: Any, decode: Decode, *, vocab_size: int) -> float:
    """Mean seconds of a step."""
    prompts = _prompts(decode.num_rows, decode.num_prompt_tokens, vocab_size)
    start = _start_bare if decode.kind == "bare" else _start_batch_generator
    step, finish = start(model, prompts, num_steps=decode.num_steps)
    begun = time.perf_counter()
    for _ in range(decode.num_steps):
        step()
    finish()
    return (time.perf_counter() - begun) / decode.num_steps


Steps = tuple[Callable[[], object], Callable[[], object]]
"""One step, and waiting for the last one."""


def measure_articles(model: Any, articles: Articles, *, vocab_size: int) -> float:
    """Seconds for all of them: every prompt is read and every answer is written.

    Answers are of one length, so rows of a group end together: there is nothing to refill before.
    """
    [shared] = _prompts(1, articles.num_shared_tokens, vocab_size)
    own = _prompts(articles.num_articles, articles.num_own_tokens, vocab_size)
    begun = time.perf_counter()
    beginning = make_prompt_cache(model)
    model(mx.array([shared]), cache=beginning)
    mx.eval([layer.state for layer in beginning])
    for first in range(0, len(own), articles.num_rows):
        group = own[first : first + articles.num_rows]
        step, finish = _start_bare(model, group, cache=repeated(beginning, len(group)))
        for _ in range(articles.num_answer_tokens - 1):  # reading the prompts gave one
            step()
        finish()
    return time.perf_counter() - begun


def _prompts(num_prompts: int, num_tokens: int, vocab_size: int) -> list[list[int]]:
    # Ids from the upper half: words, in the vocabularies that random models have.
    tokens = range(vocab_size // 2, vocab_size)
    return [random.choices(tokens, k=num_tokens) for _ in range(num_prompts)]


def repeated(beginning: list[Any], num_rows: int) -> list[Any]:
    """A cache whose rows all begin with what one row has read."""
    caches = []
    for layer in beginning:
        keys, values = (mx.repeat(each, num_rows, axis=0) for each in layer.keys_and_values())
        caches.append(KVCache())  # type: ignore[no-untyped-call]
        caches[-1].state = (keys, values, layer.offset)
    return caches


def _start_bare(
    model: Any, prompts: list[list[int]], *, num_steps: int = 0, cache: list[Any] | None = None
) -> Steps:
    cache = cache or make_prompt_cache(model)
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
        vocab_size = config["vocab_size"]
        if "num_articles" in question:
            articles = Articles(**question)
            return {"seconds": measure_articles(model, articles, vocab_size=vocab_size)}
        seconds = measure(model, Decode(**question), vocab_size=vocab_size)
        return {"step_seconds": seconds}

    answer_lines(answer)


if __name__ == "__main__":
    main(sys.argv[1])
