"""A stored answer comes back as it was."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batching.engine.protocol import TokenLogprobs
from reuse.stored_answer import StoredAnswer, decode_answer, encode_answer

token_ids = st.integers(0, 2**31 - 1)
logprobs = st.floats(max_value=0.0, allow_nan=False)
rated = st.lists(
    st.builds(
        TokenLogprobs,
        logprobs,
        st.lists(st.tuples(token_ids, logprobs), max_size=3).map(tuple),
    ),
    max_size=3,
).map(tuple)
answers = st.builds(
    StoredAnswer,
    st.lists(token_ids).map(tuple),
    st.sampled_from(["stop", "length", None]),
    st.integers(0, 9),
    rated,
    rated,
)


@given(answers)
def test_what_is_written_is_what_is_read(answer: StoredAnswer) -> None:
    assert decode_answer(encode_answer(answer)) == answer


def test_a_token_that_could_not_have_come_stays_so() -> None:
    answer = StoredAnswer((1,), "stop", logprobs=(TokenLogprobs(-math.inf, ((1, -math.inf),)),))
    assert decode_answer(encode_answer(answer)) == answer


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"7", b"[1,2,3,4,5]", b'[[],"stop",0,[1],[]]'])
def test_something_else_is_an_error_that_the_store_knows(raw: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        decode_answer(raw)
