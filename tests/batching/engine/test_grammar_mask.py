"""Logits under grammars: what is forbidden is minus infinity, and nothing else changes."""

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batching.engine.adjust import adjust
from batching.engine.errors import BadLogits
from batching.engine.grammar import CompiledGrammar
from batching.engine.grammar_mask import forbid_by_grammar
from batching.engine.protocol import EngineSequence
from batching.engine.row import Row
from batching.engine.sampler import sample
from batching.engine.sampling_params import SamplingParams
from tests.batching.engine.sampling_reference import GREEDY
from tests.batching.grammar_examples import (
    END,
    MODEL_VOCAB_SIZE,
    THINK_END,
    allowed,
    compiled,
    encode,
)


def make_row(
    grammar: CompiledGrammar | None,
    text: str = "",
    *,
    name: str = "a",
    sampling: SamplingParams = GREEDY,
    min_tokens: int = 0,
) -> Row:
    """A row whose answer so far is a text."""
    generated = tuple(encode(text))
    return Row(
        EngineSequence(
            name,
            (5, *generated),
            1,
            sampling,
            min_tokens=min_tokens,
            stop_token_ids=frozenset({END}),
            grammar=grammar,
        )
    )


def make_logits(num_rows: int, vocab_size: int = MODEL_VOCAB_SIZE) -> mx.array:
    drawn = np.random.default_rng(3).normal(0, 4, (num_rows, vocab_size))
    return mx.array(drawn.astype(np.float32))


def allowed_in(logits: mx.array, index: int) -> list[int]:
    return [int(at) for at in np.flatnonzero(np.array(logits[index]) > -np.inf)]


def test_rows_without_a_grammar_keep_their_logits_beside_those_with_one() -> None:
    grammar = compiled("regex", "[ab]+c")
    rows = [make_row(None), make_row(grammar), make_row(None), make_row(grammar, "ab")]
    logits = make_logits(4)
    masked = forbid_by_grammar(logits, rows)
    for index in (0, 2):
        assert mx.array_equal(masked[index], logits[index])
    for index in (1, 3):
        state = rows[index].grammar
        assert state is not None
        expected = allowed(state.mask())
        assert allowed_in(masked, index) == expected
        at = mx.array(expected)
        assert mx.array_equal(masked[index][at], logits[index][at])


def test_without_grammars_the_logits_are_not_touched() -> None:
    logits = make_logits(2)
    waiting = make_row(compiled("regex", "a", begins_after=(THINK_END,)), "hm")
    assert forbid_by_grammar(logits, [make_row(None), waiting]) is logits


@pytest.mark.parametrize("vocab_size", [MODEL_VOCAB_SIZE, MODEL_VOCAB_SIZE - 13, 300])
def test_a_vocabulary_need_not_fill_its_last_word(vocab_size: int) -> None:
    row = make_row(compiled("regex", "[ -~]+"))
    masked = forbid_by_grammar(make_logits(1, vocab_size), [row])
    assert masked.shape == (1, vocab_size)
    assert row.grammar is not None
    assert allowed_in(masked, 0) == [t for t in allowed(row.grammar.mask()) if t < vocab_size]


def test_a_bias_does_not_allow_what_a_grammar_forbids() -> None:
    [wanted] = encode("z")
    row = make_row(compiled("regex", "a"), sampling=SamplingParams(logit_bias=((wanted, 100.0),)))
    assert allowed_in(adjust(make_logits(1), [row]), 0) == encode("a")


@pytest.mark.parametrize(
    "sampling",
    [
        GREEDY,
        SamplingParams(),
        SamplingParams(top_k=50),
        SamplingParams(top_p=0.9),
        SamplingParams(min_p=0.1),
        SamplingParams(top_k=5, top_p=0.5, temperature=2.0),
        SamplingParams(repetition_penalty=1.3, presence_penalty=2.0, top_logprobs=3),
    ],
)
def test_every_way_to_draw_takes_the_only_token_that_is_allowed(sampling: SamplingParams) -> None:
    grammar = compiled("regex", "aaab")
    rows = [make_row(grammar, "aa"[:n], name=f"{n}", sampling=sampling) for n in range(3)]
    assert sample(make_logits(3), rows).read() == encode("aaa")


@given(seed=st.integers(0, 2**32), temperature=st.sampled_from([0.2, 1.0, 5.0]))
def test_a_draw_is_always_allowed(seed: int, temperature: float) -> None:
    sampling = SamplingParams(temperature=temperature, seed=seed)
    row = make_row(compiled("json_object"), '{"a": [', sampling=sampling)
    assert row.grammar is not None
    assert sample(make_logits(1), [row]).read()[0] in allowed(row.grammar.mask())


def test_a_grammar_that_fails_fails_its_row_only() -> None:
    grammar = compiled("regex", "ab")
    # Nothing but a fault of ours lets a forbidden token in.
    rows = [make_row(grammar), make_row(grammar, "z", name="broken"), make_row(None)]
    with pytest.raises(BadLogits) as caught:
        sample(make_logits(3), rows).read()
    assert caught.value.sequence_ids == ("broken",)


@pytest.mark.parametrize("bad", [mx.nan, mx.inf])
def test_an_unusable_logit_where_tokens_are_allowed_is_still_found(bad: float) -> None:
    logits = make_logits(1)
    logits[0, encode("a")[0]] = bad
    with pytest.raises(BadLogits):
        sample(logits, [make_row(compiled("regex", "[ab]"))]).read()


def test_before_its_grammar_begins_an_answer_may_be_anything_but_its_end() -> None:
    row = make_row(compiled("regex", "a", begins_after=(THINK_END,)), "hm")
    assert allowed_in(adjust(make_logits(1), [row]), 0) == [
        token_id for token_id in range(MODEL_VOCAB_SIZE) if token_id != END
    ]
    row.append(THINK_END)
    assert allowed_in(adjust(make_logits(1), [row]), 0) == encode("a")


def test_min_tokens_holds_as_long_as_the_grammar_lets_an_answer_go_on() -> None:
    row = make_row(compiled("regex", "a{1,3}"), "aa", min_tokens=9)
    assert allowed_in(adjust(make_logits(1), [row]), 0) == encode("a")
    row.append(*encode("a"))
    assert allowed_in(adjust(make_logits(1), [row]), 0) == [END]
