"""The text of a sequence does not depend on how its tokens arrive."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.text_stream import TextStream
from prompts.tokenizer import Tokenizer

TEXTS = st.text(alphabet="the coin 비트😀.\n", max_size=40)
STOPS = st.lists(st.sampled_from(["coin", "in 비", "😀", "\n\n", ".", "e c"]), max_size=3)


def run(tokenizer: Tokenizer, stop_strings: list[str], chunks: list[list[int]]) -> tuple[str, int]:
    """The whole text and the number of tokens used for it."""
    stream = TextStream(tokenizer, stop_strings)
    text = "".join(map(stream.push, chunks)) + stream.finish()
    return text, stream.num_tokens


@given(text=TEXTS, stop_strings=STOPS, random_chunks=st.data())
def test_any_chunks_give_the_same_text_and_the_same_count(
    tokenizer: Tokenizer, text: str, stop_strings: list[str], random_chunks: st.DataObject
) -> None:
    token_ids = tokenizer.encode(text)
    borders = st.lists(st.integers(0, len(token_ids)), max_size=5).map(sorted)
    cuts = [0, *random_chunks.draw(borders), len(token_ids)]
    chunks = [token_ids[start:end] for start, end in pairwise(cuts)]
    assert run(tokenizer, stop_strings, chunks) == run(tokenizer, stop_strings, [token_ids])


@given(text=TEXTS, stop_strings=STOPS)
def test_the_text_ends_where_the_first_stop_string_begins(
    tokenizer: Tokenizer, text: str, stop_strings: list[str]
) -> None:
    token_ids = tokenizer.encode(text)
    whole = tokenizer.decode(token_ids)
    shown, num_tokens = run(tokenizer, stop_strings, [token_ids])
    assert whole.startswith(shown)
    assert not any(stop in shown for stop in stop_strings)
    if shown != whole:
        assert any(whole.startswith(stop, len(shown)) for stop in stop_strings)
    else:
        assert num_tokens == len(token_ids)


def test_the_count_ends_with_the_token_that_completed_the_stop_string(
    byte_level: Tokenizer,
) -> None:
    before, stop, after = (byte_level.encode(text) for text in ("coin", "END", " coin coin"))
    stream = TextStream(byte_level, ["END"])
    assert stream.push([*before, *stop, *after]) == "coin"
    assert stream.is_stopped
    assert stream.stop_string == "END"
    assert stream.num_tokens == len(before) + len(stop)


def test_nothing_comes_after_a_stop(byte_level: Tokenizer) -> None:
    stream = TextStream(byte_level, ["."])
    stream.push(byte_level.encode("One. Two"))
    num_tokens = stream.num_tokens
    assert stream.push(byte_level.encode("Three")) == ""
    assert stream.finish() == ""
    assert stream.num_tokens == num_tokens


def test_what_looked_like_a_stop_string_comes_out_at_the_end(byte_level: Tokenizer) -> None:
    stream = TextStream(byte_level, ["END"])
    assert stream.push(byte_level.encode("The EN")) == "The "
    assert stream.finish() == "EN"


def test_the_bundled_model_writes_the_text_it_reads() -> None:
    folder = Path(__file__).parents[2] / "models" / "tiny"
    if not (folder / "tokenizer.json").is_file():
        pytest.skip("models/tiny is not built")
    tokenizer = Tokenizer.load(folder)
    text = "비트코인이 4% 올랐다. Bitcoin rose 😀\n"
    token_ids = tokenizer.encode(text)
    assert run(tokenizer, [], [[token_id] for token_id in token_ids]) == (text, len(token_ids))
