"""Whether a model's answers stay its own in a batch and behind the prefix cache, tried at load.

Thread: inference.

A batch cache that shifts a row by its padding, or a state that is restored wrongly, gives fluent
nonsense and no error. So each model shows once that it is right here, before it serves anybody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import mlx.core as mx

from batching.engine.loader import LanguageModel
from batching.engine.mixed_forward import PromptPart, mixed_forward, prepare_mixed_forward
from batching.engine.prefix.blocks import CacheLayout
from batching.engine.protocol import EngineSequence
from batching.engine.row import Row
from batching.engine.running_batch import PromptCache, RunningBatch
from batching.engine.sampling_params import SamplingParams

LENGTHS = (5, 40, 23)
"""Of the prompts: unequal, so that there is padding; 40 is beyond short sliding windows."""
NUM_CACHED = 32

MAX_DIFFERENCE = {mx.float32: 0.001, mx.float16: 0.1, mx.bfloat16: 0.1}
"""Total variation of the next token's distribution, from 0 (equal) to 1, by the logits' type.
Rounding gives some 1e-6 in float32 and some 0.01 in 16 bits; a wrong position several tenths."""

Comparison = tuple[float, float]
"""The difference, and how much is allowed."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What was found; the reasons say in one line what is wrong, and are None if nothing is."""

    batch_fault: str | None
    prefix_fault: str | None
    mixed_fault: str | None


def run_self_test(model: LanguageModel, layout: CacheLayout) -> SelfTest:
    """Compare alone with batched and mixed, and fresh with cached; prepares mixed forwards."""
    return SelfTest(
        batch_fault=_fault("in a batch", lambda: _compare_batched(model)),
        prefix_fault=layout.reason
        or _fault("behind a cached prefix", lambda: _compare_cached(model, layout)),
        mixed_fault=prepare_mixed_forward(model)
        or _fault("in a mixed forward", lambda: _compare_mixed(model)),
    )


def _fault(where: str, compare: Callable[[], Comparison]) -> str | None:
    try:
        difference, limit = compare()
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return f"the model cannot be computed {where} ({reason[:160]})"
    # NOTE: not `difference > limit`, which is false for NaN.
    return None if difference <= limit else f"{difference:.3f} of the probability moves {where}"


def _compare_batched(model: LanguageModel) -> Comparison:
    """Two rows decode, a third joins, the first leaves: each as alone, every time."""
    prompts = [_prompt(model, length) for length in LENGTHS]
    alone = [_last_logits(model, prompt, model.new_cache()) for prompt in prompts]
    batch = RunningBatch()
    first, second, third = (_row(number, prompt) for number, prompt in enumerate(prompts))
    for row, prompt in ((first, prompts[0]), (second, prompts[1])):
        batch.join(row, _read(model, prompt[:-1]))
    batch.settle()
    together = model.forward(_column([prompts[0][-1], prompts[1][-1]]), batch.cache)
    early = _difference(together, mx.concatenate(alone[:2]))
    batch.join(third, _read(model, prompts[2][:-1]))
    batch.leave([first.sequence_id])
    batch.settle()
    follower = 1
    together = model.forward(_column([follower, prompts[2][-1]]), batch.cache)
    longer = _last_logits(model, (*prompts[1], follower), model.new_cache())
    late = _difference(together, mx.concatenate([longer, alone[2]]))
    # NOTE: max() may drop a NaN, a sum of numbers that are 0 or more does not.
    return early + late, MAX_DIFFERENCE[together.dtype]


def _compare_mixed(model: LanguageModel) -> Comparison:
    """Beside rows a prompt is read to its end and one is not: each as alone, then and after."""
    *running, ending, going_on = [_prompt(model, length) for length in (*LENGTHS, NUM_CACHED)]
    batch = RunningBatch()
    for number, prompt in enumerate(running):
        batch.join(_row(number, prompt), _read(model, prompt[:-1]))
    batch.settle()
    parts = [
        PromptPart(ending, model.new_cache(), is_last=True),
        PromptPart(going_on[9:-1], _read(model, going_on[:9]), is_last=False),
    ]
    last_tokens = _column([prompt[-1] for prompt in running])
    mixed = mixed_forward(model, last_tokens, batch.cache, parts)
    alone = [_last_logits(model, prompt, model.new_cache()) for prompt in (*running, ending)]
    early = _difference(mixed, mx.concatenate(alone))
    follower = 1
    later = [model.forward(_column([follower] * len(running)), batch.cache)]
    later += [
        _last_logits(model, [token_id], part.cache)
        for token_id, part in zip((follower, going_on[-1]), parts, strict=True)
    ]
    alone = [
        _last_logits(model, prompt, model.new_cache())
        for prompt in (*((*prompt, follower) for prompt in (*running, ending)), going_on)
    ]
    late = _difference(mx.concatenate(later), mx.concatenate(alone))
    return early + late, MAX_DIFFERENCE[mixed.dtype]


def _compare_cached(model: LanguageModel, layout: CacheLayout) -> Comparison:
    """A prompt whose beginning comes out of blocks: as read afresh."""
    prompt = _prompt(model, max(LENGTHS))
    fresh = _last_logits(model, prompt, model.new_cache())
    cache = _read(model, prompt[:NUM_CACHED])
    blocks = layout.take_blocks(cache, 0, NUM_CACHED // layout.block_tokens)
    snapshot = layout.take_snapshot(cache, NUM_CACHED)
    restored = layout.restore(blocks, snapshot, NUM_CACHED)
    difference = _difference(_last_logits(model, prompt[NUM_CACHED:], restored), fresh)
    return difference, MAX_DIFFERENCE[fresh.dtype]


def _prompt(model: LanguageModel, num_tokens: int) -> tuple[int, ...]:
    """Varied tokens, the same at every start."""
    return tuple((7919 * position + 104_729) % model.vocab_size for position in range(num_tokens))


def _row(number: int, prompt: Sequence[int]) -> Row:
    return Row(EngineSequence(f"self-test {number}", tuple(prompt), len(prompt), SamplingParams()))


def _read(model: LanguageModel, token_ids: Sequence[int]) -> PromptCache:
    cache = model.new_cache()
    mx.eval(_last_logits(model, token_ids, cache))
    return cache


def _last_logits(model: LanguageModel, token_ids: Sequence[int], cache: PromptCache) -> mx.array:
    """(1, vocab)"""
    return model.forward(mx.array([list(token_ids)], dtype=mx.int32), cache)


def _column(token_ids: list[int]) -> mx.array:
    return mx.array(token_ids, dtype=mx.int32)[:, None]


def _difference(logits: mx.array, expected: mx.array) -> float:
    """The largest total variation of a row. Both (rows, vocab)."""
    got = mx.softmax(logits.astype(mx.float32), axis=-1, precise=True)
    wanted = mx.softmax(expected.astype(mx.float32), axis=-1, precise=True)
    distances = 0.5 * mx.sum(mx.abs(got - wanted), axis=-1)
    return cast(float, mx.max(distances).item())
