"""How far a prompt is read, from the inference thread to the stream."""

from tests.batching.conftest import Bench, all_tokens

LONG = tuple(range(1, 49))
"""A prompt of three chunks of 16 tokens."""


async def test_a_prompt_tells_after_each_chunk_but_the_last_how_far_it_is_read(
    bench: Bench,
) -> None:
    bench.gate.close(after=1)
    row = bench.submit(*[9] * 16)
    await row.next_bunch()
    reading = bench.submit(*LONG)
    seen = []
    while reading.times.first_token_seconds is None:
        await bench.gate.reached()
        seen.append(reading.num_read_tokens)
        bench.gate.let_through(1)
    bench.gate.open()
    assert sorted(seen) == seen
    assert {16, 32} <= set(seen) <= {0, 16, 32}
    assert await all_tokens(reading) == [*LONG]


async def test_nobody_is_told_who_sees_no_stream(bench: Bench) -> None:
    whole, streamed = bench.submit(*LONG, is_streamed=False), bench.submit(*LONG)
    assert await all_tokens(whole) == await all_tokens(streamed)
    assert (whole.num_read_tokens, streamed.num_read_tokens) == (0, 32)


async def test_a_prompt_whose_reading_fails_is_told_once_that_it_ended(bench: Bench) -> None:
    bench.faults.fail_prefill(2, RuntimeError("boom"))
    reading = bench.submit(*LONG)
    await reading.wait_for_end()
    assert reading.num_read_tokens == 16
