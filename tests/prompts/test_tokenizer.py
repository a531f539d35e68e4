"""Loading, ids that end an answer, templates, and use from two threads."""

import json
import threading
from pathlib import Path

import pytest
import tokenizers
from tokenizers import processors

from prompts.errors import TokenizerError
from prompts.tokenizer import Tokenizer
from tests.prompts.sample_tokenizers import byte_level_backend, save_tokenizer


def test_no_special_tokens_are_added_and_written_ones_are_read(byte_level: Tokenizer) -> None:
    plain, wrapped = byte_level.encode("coin"), byte_level.encode("<|im_start|>coin<|im_end|>")
    assert wrapped[1:-1] == plain
    assert byte_level.decode(wrapped) == byte_level.decode(plain) == "coin"


def with_begin_token(backend: tokenizers.Tokenizer) -> Tokenizer:
    """As Llama 3: every text begins with a token that no template writes."""
    backend.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A", special_tokens=[("<|im_start|>", 0)]
    )
    return Tokenizer(backend, special_tokens={"bos_token": "<|im_start|>"})


def test_the_token_that_texts_begin_with_is_added_on_request() -> None:
    tokenizer = with_begin_token(byte_level_backend())
    plain = tokenizer.encode("coin")
    for encode in (tokenizer.encode, tokenizer.encode_short):
        assert encode("coin", adds_special_tokens=True) == [0, *plain]
        assert encode("coin") == plain
    assert tokenizer.begin_id == 0


def test_without_such_a_token_a_text_begins_where_the_last_one_ended(
    byte_level: Tokenizer,
) -> None:
    assert [byte_level.begin_id] == byte_level.encode("<|im_end|>")
    backend = byte_level_backend()
    backend.add_special_tokens(["<|endoftext|>"])
    tokenizer = Tokenizer(backend, special_tokens={"eos_token": "<|im_end|>"})
    assert [tokenizer.begin_id] == tokenizer.encode("<|endoftext|>")


def test_special_tokens_can_be_decoded_as_they_are_written(byte_level: Tokenizer) -> None:
    text = "<|im_start|>coin<|im_end|>"
    assert byte_level.decode_all(byte_level.encode(text)) == text


def test_the_vocabulary_counts_added_tokens(byte_level: Tokenizer) -> None:
    assert byte_level.vocab_size == 340 + len(["<think>", "카드", " sp ace"])


def test_the_tokenizers_own_end_token_ends_an_answer(byte_level: Tokenizer) -> None:
    assert byte_level.eos_token_ids == set(byte_level.encode("<|im_end|>"))


@pytest.mark.parametrize("eos_token_id", [7, [7], [7, 8]])
@pytest.mark.parametrize("file_name", ["generation_config.json", "config.json"])
def test_the_models_end_tokens_are_added(
    tmp_path: Path, file_name: str, eos_token_id: int | list[int]
) -> None:
    save_tokenizer(byte_level_backend(), tmp_path)
    (tmp_path / file_name).write_text(json.dumps({"eos_token_id": eos_token_id}))
    loaded = Tokenizer.load(tmp_path)
    theirs = eos_token_id if isinstance(eos_token_id, list) else [eos_token_id]
    assert loaded.eos_token_ids == {*theirs, *loaded.encode("<|im_end|>")}


def test_a_base_model_has_no_chat_template(byte_level: Tokenizer) -> None:
    assert byte_level.chat_template is None


def test_the_chat_template_may_be_a_file_of_its_own(tmp_path: Path) -> None:
    save_tokenizer(byte_level_backend(), tmp_path)
    (tmp_path / "chat_template.jinja").write_text("{{ messages }}")
    assert Tokenizer.load(tmp_path).chat_template == "{{ messages }}"


def test_of_several_named_chat_templates_one_is_the_default(tmp_path: Path) -> None:
    save_tokenizer(byte_level_backend(), tmp_path)
    config_path = tmp_path / "tokenizer_config.json"
    templates = [{"name": "default", "template": "A"}, {"name": "tool_use", "template": "B"}]
    config = json.loads(config_path.read_text()) | {"chat_template": templates}
    config_path.write_text(json.dumps(config))
    loaded = Tokenizer.load(tmp_path)
    assert loaded.chat_template == "A"
    assert loaded.chat_templates["tool_use"] == "B"


def test_the_fingerprint_follows_the_tokenizer_and_its_template(
    tmp_path: Path, byte_level_folder: Path
) -> None:
    first, again = Tokenizer.load(byte_level_folder), Tokenizer.load(byte_level_folder)
    other = Tokenizer.load(save_tokenizer(byte_level_backend(), tmp_path, chat_template="A"))
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_folder_without_a_tokenizer_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=f"cannot load the tokenizer in {tmp_path}"):
        Tokenizer.load(tmp_path)


def test_a_broken_tokenizer_file_is_a_tokenizer_error(tmp_path: Path) -> None:
    save_tokenizer(byte_level_backend(), tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"model": 3}')
    with pytest.raises(TokenizerError, match="cannot load"):
        Tokenizer.load(tmp_path)


def test_a_limit_in_the_tokenizer_file_does_not_cut_prompts(tmp_path: Path) -> None:
    backend = byte_level_backend()
    backend.enable_truncation(4)
    backend.enable_padding(length=4)
    loaded = Tokenizer.load(save_tokenizer(backend, tmp_path))
    assert loaded.decode(loaded.encode("The coin fell while")) == "The coin fell while"
    assert len(loaded.encode("coin")) < 4


def test_decoding_goes_on_while_another_thread_encodes(byte_level: Tokenizer) -> None:
    text = "The coin fell while the market was closed. " * 5_000
    encoded: list[list[int]] = []
    thread = threading.Thread(target=lambda: encoded.append(byte_level.encode(text)))
    thread.start()
    num_decoded = 0
    while thread.is_alive():
        assert byte_level.decode(byte_level.encode("coin")) == "coin"
        num_decoded += 1
    thread.join()
    assert byte_level.decode(encoded[0]) == text
    assert num_decoded > 10
