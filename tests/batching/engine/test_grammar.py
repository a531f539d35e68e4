"""How far an answer is in its grammar, whatever way it got there."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llguidance import LLMatcher, LLParserLimits

from batching.engine.grammar import CompiledGrammar, GrammarFault, GrammarState
from tests.batching.grammar_examples import (
    END,
    SCHEMAS,
    THINK_BEGIN,
    THINK_END,
    allowed,
    compiled,
    encode,
    schema_text,
    vocabulary,
)

MAX_TOKENS = 120


def walk(state: GrammarState, choose: st.DataObject) -> list[int]:
    """Tokens that the masks allow, until one ends the answer; fails if one is not accepted."""
    token_ids: list[int] = []
    while len(token_ids) < MAX_TOKENS:
        token_id = choose.draw(st.sampled_from(allowed(state.mask())))
        state.accept(token_id)
        token_ids.append(token_id)
        if token_id == END:
            break
    return token_ids


def answer(state: GrammarState, text: str) -> None:
    """A whole text, with a mask before each token as in an engine."""
    for token_id in encode(text):
        state.mask()
        state.accept(token_id)


@given(name=st.sampled_from(sorted(SCHEMAS)), choose=st.data())
def test_every_token_that_a_mask_allows_is_accepted(name: str, choose: st.DataObject) -> None:
    state = compiled("json_schema", schema_text(name)).begin()
    walk(state, choose)
    state.mask()  # raises if a token was not accepted


@given(name=st.sampled_from(sorted(SCHEMAS)), choose=st.data())
def test_a_resumed_answer_is_where_it_was(name: str, choose: st.DataObject) -> None:
    grammar = compiled("json_schema", schema_text(name))
    state = grammar.begin()
    token_ids = walk(state, choose)
    cut = choose.draw(st.integers(0, len(token_ids)))
    resumed = grammar.begin(token_ids[:cut])
    for token_id in token_ids[cut:]:
        assert token_id in allowed(resumed.mask())
        resumed.accept(token_id)
    assert (resumed.mask() == state.mask()).all()
    assert resumed.is_complete == state.is_complete


def test_where_nothing_may_follow_only_a_stop_token_is_allowed() -> None:
    grammar = compiled("regex", "ab")
    assert not grammar.begin(encode("a")).is_complete
    state = grammar.begin(encode("ab"))
    assert state.is_complete
    assert allowed(state.mask()) == [END]


def test_where_an_answer_may_end_or_go_on_it_is_not_complete() -> None:
    state = compiled("regex", "a+").begin(encode("aa"))
    assert not state.is_complete
    assert set(allowed(state.mask())) == {END, *encode("a")}


def test_answers_of_one_grammar_do_not_meet() -> None:
    grammar = compiled("choice", '["left", "right"]')
    left, right = grammar.begin(encode("l")), grammar.begin(encode("r"))
    assert set(encode("e")) <= set(allowed(left.mask()))
    assert set(encode("i")) <= set(allowed(right.mask()))
    assert set(encode("lr")) <= set(allowed(grammar.begin().mask()))


def test_a_grammar_begins_behind_its_tokens() -> None:
    grammar = compiled("regex", "ab", begins_after=(THINK_END,))
    thinking = grammar.begin(encode("so ab"))
    assert (thinking.has_begun, thinking.is_complete) == (False, False)
    state = grammar.begin([*encode("so ab"), THINK_END])
    assert (state.has_begun, state.is_complete) == (True, False)
    assert allowed(state.mask()) == encode("a")


def test_it_begins_only_behind_all_of_them_in_a_row() -> None:
    first, second = 10, 11
    state = compiled("regex", "ab", begins_after=(first, first, second)).begin()
    for token_id in (first, second, first, 12, first, second, first, first, first):
        state.accept(token_id)
        assert not state.has_begun
    state.accept(second)
    assert state.has_begun


def test_a_resumed_answer_knows_whether_its_grammar_has_begun() -> None:
    grammar = compiled("regex", "ab", begins_after=(THINK_END,))
    assert not grammar.begin(encode("hm")).has_begun
    assert grammar.begin([*encode("hm"), THINK_END, *encode("ab")]).is_complete


def test_an_answer_may_begin_with_what_postpones_its_grammar() -> None:
    grammar = compiled("regex", "ab", begins_after=(THINK_END,), postponed_by=THINK_BEGIN)
    assert set(allowed(grammar.begin().mask())) == {THINK_BEGIN, *encode("a")}
    thinking = grammar.begin([THINK_BEGIN, *encode("so")])
    assert (thinking.has_begun, thinking.is_complete) == (False, False)
    thinking.accept(THINK_END)
    assert thinking.has_begun
    assert allowed(thinking.mask()) == encode("a")


def test_an_answer_that_begins_at_once_cannot_be_postponed_later() -> None:
    grammar = compiled("regex", "ab", begins_after=(THINK_END,), postponed_by=THINK_BEGIN)
    state = grammar.begin(encode("a"))
    assert state.has_begun
    assert allowed(state.mask()) == encode("b")
    assert grammar.begin(encode("ab")).is_complete


def test_a_token_that_was_forbidden_is_a_fault_at_the_next_mask() -> None:
    state = compiled("regex", "ab").begin(encode("b"))
    with pytest.raises(GrammarFault, match=r"^Parser Error: token $"):
        state.mask()


def test_a_limit_on_states_is_a_fault_that_quotes_no_answer() -> None:
    source = LLMatcher.grammar_from_regex(".*a.{300}b.{300}c")
    few = LLParserLimits(max_lexer_states=300, verbose_errors=False)
    start = LLMatcher(vocabulary(), source, log_level=0, limits=few)
    state = CompiledGrammar(start, vocabulary().vocab_size // 32, frozenset({END}), b"").begin()
    with pytest.raises(GrammarFault, match=r"^lexer error: too many states: 300 >= 300$"):
        answer(state, "abcdefgh" * 1000)


def test_a_grammar_made_on_one_thread_is_used_on_others_at_once() -> None:
    grammar = compiled("json_schema", schema_text("nested objects"))
    text = '{"a": {"b": {"c": {"x": 1, "y": -2}}}, "d": "word"}'
    ends: list[list[int]] = []

    def answer_often() -> None:
        for _ in range(50):
            state = grammar.begin()
            answer(state, text)
            ends.append(allowed(state.mask()))

    threads = [threading.Thread(target=answer_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [[END]] * 200
