"""The pieces of a decoded sequence, joined, are the whole text."""

from hypothesis import given
from hypothesis import strategies as st

from prompts.detokenizer import Detokenizer
from prompts.tokenizer import Tokenizer

TOKEN_IDS = st.lists(st.integers(0, 400), max_size=40)


def pieces_of(tokenizer: Tokenizer, token_ids: list[int]) -> list[str]:
    detokenizer = Detokenizer(tokenizer)
    return [*map(detokenizer.push, token_ids), detokenizer.flush()]


@given(text=st.text(max_size=60))
def test_any_text_comes_back_whole(tokenizer: Tokenizer, text: str) -> None:
    token_ids = tokenizer.encode(text)
    assert "".join(pieces_of(tokenizer, token_ids)) == tokenizer.decode(token_ids)


@given(token_ids=TOKEN_IDS)
def test_any_byte_level_tokens_give_the_text_of_decoding_them_at_once(
    byte_level: Tokenizer, token_ids: list[int]
) -> None:
    assert "".join(pieces_of(byte_level, token_ids)) == byte_level.decode(token_ids)


@given(token_ids=TOKEN_IDS)
def test_any_other_tokens_do_so_too_if_their_bytes_are_utf8(
    tokenizer: Tokenizer, token_ids: list[int]
) -> None:
    text = "".join(pieces_of(tokenizer, token_ids))
    if "\ufffd" not in text:
        assert text == tokenizer.decode(token_ids)


def test_a_broken_byte_leaves_the_good_characters_beside_it_alone(llama: Tokenizer) -> None:
    good = [2 + byte for byte in "é".encode()]
    broken = 2 + 0xFF
    assert "".join(pieces_of(llama, [*good, broken, *good])) == "é\ufffdé"
    assert llama.decode([*good, broken, *good]) == "\ufffd" * 5


def test_a_character_over_several_tokens_comes_with_its_last_token(byte_level: Tokenizer) -> None:
    token_ids = byte_level.encode("猫")
    assert len(token_ids) == 3
    assert pieces_of(byte_level, token_ids) == ["", "", "猫", ""]


def test_an_unfinished_character_comes_out_at_the_end(byte_level: Tokenizer) -> None:
    token_ids = byte_level.encode("a猫")[:-1]
    assert pieces_of(byte_level, token_ids) == ["a", "", "", "\ufffd"]


def test_broken_bytes_are_not_held_back_for_long(byte_level: Tokenizer) -> None:
    lone_byte = byte_level.encode("猫")[-1]
    assert pieces_of(byte_level, [lone_byte] * 50) == ["\ufffd"] * 50 + [""]


def test_the_space_before_the_first_word_is_left_out_only_there(llama: Tokenizer) -> None:
    token_ids = llama.encode("The coin fell")
    assert pieces_of(llama, token_ids) == ["The", " coin", " fell", ""]


def test_a_special_token_at_the_start_does_not_count_as_the_first_word(llama: Tokenizer) -> None:
    token_ids = llama.encode("<|im_end|>The coin")
    assert "".join(pieces_of(llama, token_ids)) == llama.decode(token_ids) == "The coin"


def test_special_and_unknown_tokens_have_no_text(byte_level: Tokenizer) -> None:
    token_ids = byte_level.encode("<|im_start|>coin<|im_end|>")
    assert "".join(pieces_of(byte_level, [*token_ids, 999_999])) == "coin"


def test_special_tokens_are_left_out_unless_they_are_wanted(byte_level: Tokenizer) -> None:
    token_ids = byte_level.encode("<|im_start|>coin<|im_end|>")
    shown = byte_level.marker_ids(["<|im_start|>", "<think>", "no token"])
    assert list(shown) == ["<|im_start|>", "<think>"]
    detokenizer = Detokenizer(byte_level, shown=shown)
    text = "".join(map(detokenizer.push, token_ids)) + detokenizer.flush()
    assert text == "<|im_start|>coin"
    assert "".join(pieces_of(byte_level, token_ids)) == "coin"
