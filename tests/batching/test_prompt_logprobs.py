"""Log probabilities of prompts, from the engine to the stream."""

import pytest

from batching.engine.protocol import TokenLogprobs
from batching.messages import Finished
from batching.stream import TokenStream
from tests.batching.conftest import Bench, all_tokens

LONG = tuple(range(1, 101))
"""A prompt of several chunks."""


def tokens_rated(stream: TokenStream) -> list[int]:
    """FakeEngine thinks every token of a prompt the best."""
    return [each.top[0][0] for each in stream.prompt_logprobs]


async def test_they_are_those_of_all_tokens_but_the_first(bench: Bench) -> None:
    asking, other = bench.submit(*LONG, top_logprobs=1, prompt_logprobs=True), bench.submit(*LONG)
    assert await all_tokens(asking) == await all_tokens(other)
    assert tokens_rated(asking) == [*LONG[1:]]
    assert not other.prompt_logprobs


async def test_they_are_known_with_the_first_token(bench: Bench) -> None:
    bench.gate.close(after=1)
    stream = bench.submit(5, 6, 7, top_logprobs=0, prompt_logprobs=True)
    assert await stream.next_bunch() == [5]
    assert stream.prompt_logprobs == [TokenLogprobs(0.0)] * 2


async def test_such_a_prompt_is_read_apart_from_rows(bench: Bench) -> None:
    bench.gate.close(after=1)
    row = bench.submit(9)
    await row.next_bunch()
    asking = bench.submit(*LONG, top_logprobs=1, prompt_logprobs=True)
    bench.gate.open()
    await all_tokens(asking)
    assert tokens_rated(asking) == [*LONG[1:]]
    assert bench.engine.num_calls["mixed decode"] == 0


@pytest.mark.parametrize("nth", [1, 2])
async def test_a_sequence_that_is_computed_again_has_each_of_them_once(
    bench: Bench, nth: int
) -> None:
    bench.faults.fail_decode(nth, RuntimeError("once"))
    asking = bench.submit(*LONG, top_logprobs=1, prompt_logprobs=True)
    assert await all_tokens(asking) == [*LONG]
    assert tokens_rated(asking) == [*LONG[1:]]


async def test_a_sequence_of_no_tokens_is_only_read(bench: Bench) -> None:
    stream = bench.submit(5, 6, 7, max_tokens=0, top_logprobs=1, prompt_logprobs=True)
    assert await all_tokens(stream) == []
    assert stream.ending == Finished("length")
    assert tokens_rated(stream) == [6, 7]
    assert not stream.logprobs
