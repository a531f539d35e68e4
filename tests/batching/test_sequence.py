"""A sequence's states, and when it ends."""

import pytest

from batching.engine.sampling_params import SamplingParams
from batching.messages import StopRules, Submit
from batching.sequence import Sequence, SequenceTable
from tests.batching.grammar_examples import END, compiled


def sequence(*prompt: int, rules: StopRules) -> Sequence:
    return Sequence(Submit("s", prompt, SamplingParams(), rules))


def test_a_stop_token_ends_it_with_stop() -> None:
    made = sequence(1, 2, rules=StopRules(10, stop_token_ids=frozenset({0})))
    assert [made.accept(token_id) for token_id in (5, 0)] == [None, "stop"]


def test_the_limit_ends_it_with_length() -> None:
    made = sequence(1, 2, rules=StopRules(2))
    assert [made.accept(token_id) for token_id in (5, 6)] == [None, "length"]


def test_a_stop_token_before_min_tokens_does_not_end_it() -> None:
    made = sequence(1, rules=StopRules(10, min_tokens=2, stop_token_ids=frozenset({0})))
    assert [made.accept(0) for _ in range(3)] == [None, None, "stop"]


def test_it_decodes_once_the_whole_prompt_is_read() -> None:
    made = sequence(1, 2, 3, rules=StopRules(9))
    assert not made.is_decoding
    made.num_prefilled = 3
    assert made.is_decoding


def test_starting_over_keeps_the_tokens_and_reads_them_again() -> None:
    made = sequence(1, 2, 3, rules=StopRules(9))
    made.num_prefilled = 3
    made.accept(7)
    made.start_over()
    assert (made.num_left_to_prefill, made.is_decoding) == (4, False)
    resumed = made.for_engine()
    assert (resumed.token_ids, resumed.num_prompt_tokens) == ((1, 2, 3, 7), 3)


def test_a_grammars_stop_token_ends_it_whatever_the_rules_say() -> None:
    grammar = compiled("regex", "a*")
    for rules in (StopRules(10), StopRules(10, min_tokens=5)):
        made = Sequence(Submit("s", (1,), SamplingParams(), rules, grammar=grammar))
        assert made.for_engine().stop_token_ids == {END}
        assert [made.accept(token_id) for token_id in (5, END)] == [None, "stop"]


def test_a_sequence_is_computed_again_with_its_grammar() -> None:
    grammar = compiled("regex", "a*")
    made = Sequence(Submit("s", (1,), SamplingParams(), StopRules(10), grammar=grammar))
    made.accept(5)
    made.start_over()
    assert made.for_engine().grammar is grammar


def test_prompts_may_be_read_beside_rows_unless_one_of_either_is_doubted() -> None:
    table = SequenceTable()
    row, prompt = (
        Sequence(Submit(name, (1, 2), SamplingParams(), StopRules(9))) for name in ("row", "prompt")
    )
    table.add(prompt)
    assert not table.may_mix()  # no row
    table.add(row)
    row.num_prefilled = 2
    assert table.may_mix()
    row.num_faults = 1
    assert not table.may_mix()  # it has not decoded since
    row.has_decoded_since_join = True
    assert table.may_mix()
    prompt.is_read_alone = True
    assert not table.may_mix()
    prompt.num_prefilled = 2
    assert not table.may_mix()  # no prompt


def job(*lengths: int, num_prefilled: int) -> Sequence:
    """A sequence of inputs to embed, read so far."""
    submit = Submit("s", (1,) * sum(lengths), SamplingParams(), StopRules(1), input_lengths=lengths)
    made = Sequence(submit)
    made.num_prefilled = num_prefilled
    return made


@pytest.mark.parametrize(
    ("num_prefilled", "max_tokens", "num_whole", "num_left_of_input"),
    [
        (0, 2, 0, 3),
        (0, 3, 3, 3),
        (0, 8, 7, 3),
        (0, 99, 17, 3),
        (1, 2, 2, 2),
        (3, 9, 4, 4),
        (7, 9, 0, 10),
        (12, 4, 0, 5),
        (12, 5, 5, 5),
    ],
)
def test_whole_inputs_are_counted_from_where_it_is(
    num_prefilled: int, max_tokens: int, num_whole: int, num_left_of_input: int
) -> None:
    made = job(3, 4, 10, num_prefilled=num_prefilled)
    assert made.whole_inputs(max_tokens) == num_whole
    assert made.num_left_of_input == num_left_of_input


def test_a_prompt_is_not_made_of_inputs() -> None:
    made = sequence(1, 2, 3, rules=StopRules(9))
    assert (made.whole_inputs(99), made.num_left_of_input) == (0, 3)
