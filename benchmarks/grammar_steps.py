"""Times one sampling step of 16 rows, of which none, one or all keep to a grammar.

Thread: the only one.

    .venv/bin/python -m benchmarks.grammar_steps

The rows write JSON from random logits, so their masks are those of real states: names, texts,
numbers and what is between them. A step is timed until its tokens are Python ints; the making of
its masks, which a server does while the device computes the logits, is timed beside it.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import mlx.core as mx

from batching.engine.grammar import CompiledGrammar
from batching.engine.protocol import EngineSequence, Grammar
from batching.engine.row import Row
from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams
from batching.grammar_compiler import compile_grammar, read_vocabulary
from benchmarks.random_model import LARGE_VOCABULARY, make_tokenizer
from benchmarks.sampling import GREEDY, MIXED

NUM_LOGITS = 4
END = 2
SCHEMA = """{"type": "object", "additionalProperties": false,
  "required": ["name", "age", "tags", "home"], "properties": {
    "name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
    "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}},
    "home": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}}
"""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Of many steps, in seconds: the median, and the slowest; of masks, one row's."""

    step_seconds: float
    max_step_seconds: float
    mask_seconds: float = 0.0
    max_mask_seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"step {self.step_seconds * 1e3:7.2f} ms (slowest {self.max_step_seconds * 1e3:7.2f})"
            f"   a row's mask {self.mask_seconds * 1e6:6.1f} us "
            f"(slowest {self.max_mask_seconds * 1e6:7.1f})"
        )


def measure(
    settings: tuple[SamplingParams, ...], grammar: CompiledGrammar, num_bound: int, num_steps: int
) -> StepTimes:
    """Steps of all rows, the first `num_bound` with a grammar."""
    shape = (len(settings), LARGE_VOCABULARY.vocab_size)
    keys = mx.random.split(mx.random.key(1), NUM_LOGITS)
    logits = [mx.random.normal(shape, scale=4.0, key=key) for key in keys]
    mx.eval(logits)
    rows = [
        _make_row(index, sampling, grammar if index < num_bound else None)
        for index, sampling in enumerate(settings)
    ]
    steps: list[float] = []
    masks: list[float] = []
    for number in range(num_steps):
        masks += _mask_seconds(rows)
        steps.append(_step_seconds(rows, logits[number % NUM_LOGITS]))
        for index, row in enumerate(rows):
            if row.grammar is not None and row.last_token_id == END:
                rows[index] = _make_row(index, settings[index], grammar)
    return StepTimes(
        statistics.median(steps),
        max(steps[1:]),
        statistics.median(masks or [0.0]),
        max(masks or [0.0]),
    )


def _make_row(index: int, sampling: SamplingParams, grammar: CompiledGrammar | None) -> Row:
    return Row(EngineSequence(str(index), (5,), 1, sampling, grammar=grammar))


def _mask_seconds(rows: list[Row]) -> Iterator[float]:
    for row in rows:
        if row.grammar is not None:
            began = time.perf_counter()
            row.grammar.mask()
            yield time.perf_counter() - began


def _step_seconds(rows: list[Row], logits: mx.array) -> float:
    fresh = logits + 0
    mx.eval(fresh)
    began = time.perf_counter()
    for row, token_id in zip(rows, sample(fresh, rows).read(), strict=True):
        row.append(token_id)
    return time.perf_counter() - began


def main() -> None:
    """Print the times."""
    began = time.perf_counter()
    tokenizer = make_tokenizer(LARGE_VOCABULARY).to_str()
    vocabulary = read_vocabulary(tokenizer, LARGE_VOCABULARY.vocab_size, frozenset({END}))
    print(f"vocabulary {time.perf_counter() - began:.2f} s")
    began = time.perf_counter()
    grammar = compile_grammar(Grammar("json_schema", SCHEMA), vocabulary)
    print(f"grammar {(time.perf_counter() - began) * 1e3:.2f} ms")
    for name, settings in (("mixed", MIXED), ("greedy", GREEDY)):
        for num_bound in (0, 1, 16):
            print(f"{name:6s} {num_bound:2d} of 16: {measure(settings, grammar, num_bound, 60)}")


if __name__ == "__main__":
    main()
