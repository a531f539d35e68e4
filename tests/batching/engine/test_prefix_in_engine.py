"""The MLX engine with its prefix cache: what is taken from it equals what is computed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models import cache as mlx_lm_cache

from batching.engine.loader import LanguageModel
from batching.engine.mlx_engine import MlxEngine
from batching.engine.prefix.blocks import probe_layout
from batching.engine.prefix.reuse import PrefixReuse
from batching.engine.protocol import EngineSequence, PrefixCacheStats, PrefixMatch, PrefixUse
from tests.batching.engine.test_mlx_engine import SPEC, make_sequence, oracle

KVCache: Any = mlx_lm_cache.KVCache

BLOCK = 16
SYSTEM = tuple(range(100, 180))
"""A prompt of five blocks that others begin with."""


@pytest.fixture
def engine(model: LanguageModel) -> MlxEngine:
    return make_engine(model)


def make_engine(model: LanguageModel) -> MlxEngine:
    return MlxEngine(model, SPEC, reuse=PrefixReuse(probe_layout(model), max_bytes=50_000_000))


def stats_of(engine: MlxEngine) -> PrefixCacheStats:
    stats = engine.prefix_stats()
    assert stats is not None
    return stats


def begin(engine: MlxEngine, sequence: EngineSequence) -> PrefixMatch:
    engine.add(sequence)
    return engine.match_prefix(sequence.sequence_id)


def read(engine: MlxEngine, sequence: EngineSequence, *, num_done: int, chunk: int = 24) -> None:
    """Prefill what is left."""
    num_left = len(sequence.token_ids) - num_done
    while num_left:
        engine.prefill(sequence.sequence_id, min(chunk, num_left))
        num_left -= min(chunk, num_left)


def next_token(engine: MlxEngine, name: str) -> int:
    """Of one sequence; the others go on too."""
    while True:
        for token in engine.decode(ahead=True):
            if token.sequence_id == name:
                return token.token_id


def answer(
    engine: MlxEngine, prompt: Sequence[int], *, name: str = "a", num: int = 12
) -> list[int]:
    """A greedy answer, finished as the worker finishes one."""
    sequence = make_sequence(name, prompt)
    read(engine, sequence, num_done=begin(engine, sequence).num_tokens)
    token_ids = [next_token(engine, name) for _ in range(num)]
    engine.finish(name, (*prompt, *token_ids))
    return token_ids


def test_a_cached_prompt_is_answered_as_a_fresh_one(
    engine: MlxEngine, model: LanguageModel
) -> None:
    for length in (1, 15, 16, 17, 33, 80, 100):
        prompt = range(length)
        expected = oracle(model, prompt, 12)
        assert [answer(engine, prompt) for _ in range(3)] == [expected] * 3, length
    assert stats_of(engine).hit_tokens > 0


def test_what_prompts_share_is_computed_once_and_held_once(
    engine: MlxEngine, model: LanguageModel
) -> None:
    prompts = [(*SYSTEM, *range(10 * n, 10 * n + 20)) for n in range(1, 5)]
    for prompt in prompts:
        assert answer(engine, prompt) == oracle(model, prompt, 12)
    stats = stats_of(engine)
    # The state of a hybrid model is kept where the second prompt parts from the first.
    num_sharing = len(prompts) - (2 if stats.num_tokens < 5 * BLOCK else 1)
    assert stats.hit_tokens >= (num_sharing - 1) * len(SYSTEM)
    distinct = len(SYSTEM) + sum(len(prompt) + 12 - len(SYSTEM) for prompt in prompts)
    assert stats.num_tokens <= distinct


def test_the_second_of_two_waits_for_the_first_and_then_has_its_blocks(
    model: LanguageModel,
) -> None:
    engine = make_engine(model)
    first = make_sequence("first", (*SYSTEM, 1, 2, 3))
    second = make_sequence("second", (*SYSTEM, 4, 5, 6))
    begin(engine, first)
    assert begin(engine, second) == PrefixMatch(0, waits_for="first")
    engine.prefill("first", 48)
    assert engine.match_prefix("second").waits_for == "first"
    read(engine, first, num_done=48)
    match = engine.match_prefix("second")
    assert match.waits_for is None
    read(engine, second, num_done=match.num_tokens)
    assert next_token(engine, "second") == oracle(model, second.token_ids, 1)[0]


def test_a_client_that_leaves_midway_leaves_what_was_read(engine: MlxEngine) -> None:
    begin(engine, make_sequence("gone", SYSTEM))
    engine.prefill("gone", 48)
    engine.remove(["gone"])
    assert stats_of(engine).num_tokens == 48
    begin(engine, make_sequence("next", SYSTEM))
    engine.remove(["next"])
    engine.check_integrity()


def test_the_next_turn_of_a_chat_finds_the_answer(model: LanguageModel) -> None:
    engine = make_engine(model)
    first = answer(engine, SYSTEM, num=40)
    turn = (*SYSTEM, *first, 7, 8, 9)
    match = begin(engine, make_sequence("next", turn))
    num_whole = (len(SYSTEM) + len(first) - 1) // BLOCK * BLOCK
    needs_snapshots = match.num_tokens <= len(SYSTEM)
    assert needs_snapshots or match.num_tokens == num_whole
    read(engine, make_sequence("next", turn), num_done=match.num_tokens)
    assert next_token(engine, "next") == oracle(model, turn, 1)[0]


def test_answers_of_rows_in_a_batch_of_unequal_lengths_are_stored_rightly(
    engine: MlxEngine, model: LanguageModel
) -> None:
    prompts = {"long": tuple(range(90)), "short": tuple(range(200, 210))}
    for name, prompt in prompts.items():
        sequence = make_sequence(name, prompt)
        read(engine, sequence, num_done=begin(engine, sequence).num_tokens)
    tokens: dict[str, list[int]] = {name: [] for name in prompts}
    for _ in range(31):
        for token in engine.decode(ahead=True):
            tokens[token.sequence_id].append(token.token_id)
    for name, prompt in prompts.items():
        engine.finish(name, (*prompt, *tokens[name]))
    for name, prompt in prompts.items():
        turn = (*prompt, *tokens[name], 3, 4)
        assert answer(engine, turn, name=f"{name} again") == oracle(model, turn, 12)
    engine.check_integrity()
    assert stats_of(engine).num_bytes <= 50_000_000


def test_without_a_prefix_cache_nothing_matches(model: LanguageModel) -> None:
    engine = MlxEngine(model, SPEC)
    assert answer(engine, SYSTEM) == answer(engine, SYSTEM)
    assert begin(engine, make_sequence("b", SYSTEM)) == PrefixMatch()
    assert engine.prefix_stats() is None


@pytest.mark.parametrize("num_tokens", [31, 32, 33])
def test_who_begins_alike_waits_for_the_prompt_and_not_for_the_answer(
    model: LanguageModel, num_tokens: int
) -> None:
    engine = make_engine(model)
    first, twin = (
        make_sequence("first", range(num_tokens)),
        make_sequence("twin", range(num_tokens)),
    )
    begin(engine, first)
    read(engine, first, num_done=0)
    assert begin(engine, twin).waits_for is None


def test_nonsense_is_not_kept_for_others(model: LanguageModel) -> None:
    layout = probe_layout(model)
    reuse = PrefixReuse(layout, max_bytes=50_000_000)
    cache = model.new_cache()
    mx.eval(model.forward(mx.array([SYSTEM]), cache))
    for layer in cache:
        if isinstance(layer, KVCache):
            layer.keys = layer.keys * float("nan")
    reuse.begin("a", SYSTEM)
    assert reuse.restore("a") is None
    reuse.keep("a", cache, num_done=len(SYSTEM))
    assert reuse.stats().num_tokens == 0


def test_a_full_cache_is_not_asked_again_for_every_chunk(model: LanguageModel) -> None:
    layout = probe_layout(model)
    reuse = PrefixReuse(layout, max_bytes=2 * (layout.block_bytes + 1024))
    cache = model.new_cache()
    reuse.begin("a", SYSTEM)
    assert reuse.restore("a") is None
    for num_done in range(BLOCK, len(SYSTEM), BLOCK):
        mx.eval(model.forward(mx.array([SYSTEM[num_done - BLOCK : num_done]]), cache))
        reuse.keep("a", cache, num_done=num_done)
    assert reuse.stats().num_tokens <= 2 * BLOCK
    assert not reuse.wants_answer("a", num_done=len(SYSTEM))
    reuse.check_integrity()


def num_matched(engine: MlxEngine, name: str, use: PrefixUse) -> int:
    """How much of the system prompt a sequence finds; it is read, and finished, all the same."""
    sequence = replace(make_sequence(name, SYSTEM), prefix_use=use)
    match = begin(engine, sequence)
    assert match.waits_for is None
    read(engine, sequence, num_done=match.num_tokens)
    engine.finish(name, (*SYSTEM, next_token(engine, name)))
    engine.check_integrity()
    return match.num_tokens


def test_prompts_are_shared_within_a_salt_only(engine: MlxEngine) -> None:
    ours, theirs, everybodys = PrefixUse(2**31 - 1), PrefixUse(5), PrefixUse()
    for use in (ours, theirs, everybodys):
        assert num_matched(engine, "first", use) == 0
        assert num_matched(engine, "second", use) >= len(SYSTEM) - BLOCK


def test_what_bypasses_the_cache_neither_takes_nor_leaves_anything(engine: MlxEngine) -> None:
    assert num_matched(engine, "a", PrefixUse(allowed=False)) == 0
    assert stats_of(engine).num_tokens == 0
    assert num_matched(engine, "b", PrefixUse()) == 0
    assert num_matched(engine, "c", PrefixUse(allowed=False)) == 0
